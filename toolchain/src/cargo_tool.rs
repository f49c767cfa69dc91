//! Tools installed by `cargo install`, each version in a directory of its own in the cache.

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use latchkey_progress::{Progress, cargo, usual};

use crate::{cache::Cache, command::is_executable};

/// One version of one tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CargoTool {
    /// What people call it, and the name of its directory.
    pub name: &'static str,
    /// The crate that holds it.
    pub package: &'static str,
    /// The exact version.
    pub version: &'static str,
    /// The executable.
    pub binary: &'static str,
    /// Seconds that its build takes one core.
    pub core_seconds: u32,
    /// Whether it is worth the time that the compiler's optimisation takes.
    pub is_optimised: bool,
    /// Debian packages its build needs.
    pub packages: &'static [&'static str],
}

/// Turns BPF objects into SBPF programs. Its newer releases want another LLVM.
pub const SBPF_LINKER: CargoTool = CargoTool {
    name: "sbpf-linker",
    package: "sbpf-linker",
    version: "0.2.6",
    binary: "sbpf-linker",
    core_seconds: 90,
    // LLVM does the work, and comes compiled.
    is_optimised: false,
    packages: &[],
};

impl CargoTool {
    /// Where the executable is, or will be.
    pub fn path(&self, cache: &Cache) -> PathBuf {
        cache.tool(self.name, self.version).join("bin").join(self.binary)
    }

    /// Whether it is there.
    pub fn is_installed(&self, cache: &Cache) -> bool {
        is_executable(&self.path(cache))
    }

    /// Installs it where it is missing, and returns the executable.
    ///
    /// An interrupted build goes on where it stopped; of two processes that want the same tool, one waits.
    pub fn ensure(&self, cache: &Cache, progress: &mut dyn Progress) -> Result<PathBuf> {
        if self.is_installed(cache) {
            return Ok(self.path(cache));
        }
        let _lock = self.lock(cache, progress)?;
        if !self.is_installed(cache) {
            crate::debian::ensure(self.packages, progress)?;
            self.install(cache, progress)
                .with_context(|| format!("installing {} {}", self.name, self.version))?;
        }
        ensure!(self.is_installed(cache), "{} was installed, but {} is not there", self.package, self.binary);
        Ok(self.path(cache))
    }

    fn lock(&self, cache: &Cache, progress: &mut dyn Progress) -> Result<File> {
        let tools = cache.root().join("tools");
        fs::create_dir_all(&tools).with_context(|| format!("creating {}", tools.display()))?;
        let file = File::create(tools.join(format!(".{}-{}.lock", self.name, self.version)))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.begin(&format!("waiting for another process that installs {}", self.name), None);
                file.lock()?;
                progress.end();
            }
            Err(TryLockError::Error(error)) => return Err(error).context("locking the tool's directory"),
        }
        Ok(file)
    }

    fn install(&self, cache: &Cache, progress: &mut dyn Progress) -> Result<()> {
        // Kept apart from the finished tools, so that a build that was interrupted resumes.
        let build = cache.root().join("build").join(format!("{}-{}", self.name, self.version));
        let mut install = Command::new("cargo");
        install
            .args(["install", "--locked", "--force", "--version", self.version, "--bin", self.binary])
            .arg("--root")
            .arg(cache.tool(self.name, self.version))
            .arg(self.package)
            .env("CARGO_TARGET_DIR", &build)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if !self.is_optimised {
            install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        }
        let step = format!("building {} {}", self.name, self.version);
        let usual = Some(usual(self.core_seconds));
        let finished =
            cargo::run(&mut install, &step, usual, progress, |_| {}).context("cannot start cargo")?;
        if !finished.status.success() {
            bail!("cargo install {} failed ({})\n{}", self.package, finished.status, finished.said);
        }
        fs::remove_dir_all(&build).ok();
        Ok(())
    }
}
