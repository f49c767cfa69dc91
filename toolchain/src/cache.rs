//! Where everything downloaded or built once lives: one directory a user, shared by all clones.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The cache directory: `$XDG_CACHE_HOME/latchkey`, or `~/.cache/latchkey`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of the user who runs this process.
    pub fn for_this_user() -> Result<Self> {
        let base = match absolute_path("XDG_CACHE_HOME") {
            Some(base) => base,
            None => absolute_path("HOME")
                .context("HOME is not set, so there is no place for a cache")?
                .join(".cache"),
        };
        Ok(Self::at(base.join("latchkey")))
    }

    /// A cache in a directory of the caller's choice.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The root that `cargo install` gets for one version of one tool.
    pub fn tool(&self, name: &str, version: &str) -> PathBuf {
        self.root.join("tools").join(format!("{name}-{version}"))
    }

    /// Makes `name` by filling a directory beside it, then renaming: it is there whole or not at all, even when two
    /// processes build it at once or one is interrupted.
    pub fn directory(&self, name: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let finished = self.root.join(name);
        if finished.is_dir() {
            return Ok(finished);
        }
        let draft = self.root.join(format!("{name}.{}.partial", std::process::id()));
        if draft.exists() {
            fs::remove_dir_all(&draft).with_context(|| format!("clearing {}", draft.display()))?;
        }
        fs::create_dir_all(&draft).with_context(|| format!("creating {}", draft.display()))?;
        if let Err(error) = fill(&draft) {
            fs::remove_dir_all(&draft).ok();
            return Err(error);
        }
        if let Err(error) = fs::rename(&draft, &finished) {
            fs::remove_dir_all(&draft).ok();
            // Another process got there first: what it made is as good.
            if !finished.is_dir() {
                return Err(error).with_context(|| format!("putting {} in place", finished.display()));
            }
        }
        Ok(finished)
    }
}

/// The XDG specification says to ignore a relative path.
fn absolute_path(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
