//! Lines that belong to one machine: its paths, its package mirrors, its secrets.

use std::{fmt, fs, path::PathBuf};

use anyhow::Result;

use crate::workspace::Workspace;

/// A line that should not be in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The file, from the root.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for Leak {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// Paths that exist on one machine only, where a path may begin. Spelt in two halves, so that this file passes.
const HOMES: [&str; 5] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("C:\\", "Users\\"),
];

/// Package registries and mirrors: which one to use is the machine's business.
const REGISTRIES: [&str; 6] = [
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("registry.npmjs", ".org"),
    concat!("pypi", ".org"),
    concat!("deb.debian", ".org"),
    concat!("proxy.golang", ".org"),
];

const PRIVATE_KEY: &str = concat!("PRIVATE", " KEY-----");

/// Every leak in the files git tracks. Cargo.lock is left out: cargo writes its registry there on every line.
pub fn in_files(workspace: &Workspace) -> Result<Vec<Leak>> {
    let mut leaks = Vec::new();
    for file in workspace.tracked_files()? {
        if file.ends_with("Cargo.lock") {
            continue;
        }
        // Binary files, and files deleted but still tracked, hold no lines.
        let Ok(text) = fs::read_to_string(workspace.path(&file)) else { continue };
        for (index, line) in text.lines().enumerate() {
            if let Some(what) = in_line(line) {
                leaks.push(Leak { file: file.clone(), line: index + 1, what });
            }
        }
    }
    Ok(leaks)
}

/// What is wrong with a line, if anything is.
pub fn in_line(line: &str) -> Option<&'static str> {
    if HOMES.iter().any(|home| holds_path(line, home)) {
        Some("a path of one machine")
    } else if REGISTRIES.iter().any(|host| line.contains(host)) {
        Some("the address of a package registry")
    } else if holds_credentials(line) {
        Some("a user and password in an address")
    } else if line.contains(PRIVATE_KEY) {
        Some("a private key")
    } else {
        None
    }
}

/// Whether the path starts there, rather than being part of a longer one or of an address.
fn holds_path(line: &str, prefix: &str) -> bool {
    line.match_indices(prefix).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~}>/".contains(c))
    })
}

/// `scheme://`, then a user and a password before `@`, where neither is a placeholder.
fn holds_credentials(line: &str) -> bool {
    line.match_indices("://").any(|(at, separator)| {
        let rest = &line[at + separator.len()..];
        let authority =
            rest.split(|c: char| c == '/' || c.is_whitespace() || "\"'`)>".contains(c)).next().unwrap_or("");
        let Some((user, _)) = authority.rsplit_once('@') else { return false };
        user.split_once(':').is_some_and(|(name, password)| is_literal(name) && is_literal(password))
    })
}

fn is_literal(word: &str) -> bool {
    !word.is_empty() && !word.contains(['{', '$', '<', '*'])
}
