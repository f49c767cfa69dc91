//! Solana's own tools: where they are installed, they build the program and nothing here is needed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::{capture, on_paths};

/// Solana's `cargo-build-sbf`, when it is on PATH and its compiler has been installed.
pub fn solana_build_sbf() -> Option<PathBuf> {
    let compiler = env::var_os("HOME").map(PathBuf::from).is_some_and(|home| has_platform_tools(&home));
    if !compiler {
        return None;
    }
    on_paths("cargo-build-sbf")
        .find(|path| capture(Command::new(path).arg("--version")).is_ok_and(|said| is_solanas(&said)))
}

/// Whether a `cargo-build-sbf --version` is Solana's: it names the platform-tools it uses.
pub fn is_solanas(version: &str) -> bool {
    version.contains("platform-tools")
}

/// Whether any version of platform-tools is installed for the user with that home.
pub fn has_platform_tools(home: &Path) -> bool {
    let Ok(versions) = fs::read_dir(home.join(".cache/solana")) else { return false };
    versions.flatten().any(|version| version.path().join("platform-tools/rust/bin/rustc").exists())
}
