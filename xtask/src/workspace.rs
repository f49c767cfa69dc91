//! The tree this command works on: its directories, and cargo run in it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use latchkey_toolchain::{cache::Cache, command::capture};

use crate::terminal::Terminal;

/// The workspace's root, its target directory and the user's cache.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    /// Tools that were installed once for this user.
    pub cache: Cache,
}

impl Workspace {
    /// The workspace that this command was built from.
    pub fn here() -> Result<Self> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies below the root")?.to_owned();
        // Cargo's own rule: the variable counts from the working directory, the default from the root.
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => env::current_dir()?.join(directory),
            None => root.join("target"),
        };
        Ok(Self { root, target, cache: Cache::for_this_user()? })
    }

    /// A file or directory of the tree.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A file or directory below cargo's target directory.
    pub fn target(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.target.join(relative)
    }

    /// The built program.
    pub fn program(&self) -> PathBuf {
        self.target("deploy/latchkey.so")
    }

    /// A command that runs at the root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Cargo at the root, as the toolchain file names it.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A cargo command for targets of this workspace, such as `--bin latchkey-demo`.
    ///
    /// All members are selected and targets narrow the selection, because cargo chooses the features of dependencies
    /// by the members that are selected: with fewer it would compile the same crates a second time.
    pub fn cargo_for(&self, subcommand: &str) -> Command {
        let mut cargo = self.cargo();
        cargo.args([subcommand, "--workspace"]);
        cargo
    }

    /// Builds binaries as a step of that name; `usual` is for the first time.
    pub fn build(
        &self,
        binaries: &[&str],
        step: &str,
        usual: Duration,
        terminal: &mut Terminal,
    ) -> Result<()> {
        let first = binaries.iter().any(|name| !self.binary(name).exists());
        let mut cargo = self.cargo_for("build");
        terminal.cargo(cargo.args(named(binaries)), step, first.then_some(usual))
    }

    /// A binary of this workspace, once it is built.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.target("debug").join(name)
    }

    /// Builds binaries as they are shipped, which takes long: for benches.
    pub fn build_as_shipped(
        &self,
        binaries: &[&str],
        step: &str,
        usual: Duration,
        terminal: &mut Terminal,
    ) -> Result<()> {
        let first = binaries.iter().any(|name| !self.shipped(name).exists());
        let mut cargo = self.cargo_for("build");
        terminal.cargo(cargo.arg("--release").args(named(binaries)), step, first.then_some(usual))
    }

    /// A binary as it is shipped, once it is built.
    pub fn shipped(&self, name: &str) -> PathBuf {
        self.target("release").join(name)
    }

    /// The files that git tracks.
    pub fn tracked_files(&self) -> Result<Vec<PathBuf>> {
        let list = capture(self.command("git").args(["ls-files", "-z"]))?;
        Ok(list.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
    }
}

/// How cargo is told of binaries.
fn named<'b>(binaries: &'b [&str]) -> impl Iterator<Item = &'b str> {
    binaries.iter().flat_map(|name| ["--bin", name])
}
