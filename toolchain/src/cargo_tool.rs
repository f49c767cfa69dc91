//! Tools installed by `cargo install`, each version in a directory of its own in the cache.

use std::{
    fs::{self, File, TryLockError},
    io::{BufReader, Read},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    cache::Cache,
    command::is_executable,
    progress::{Progress, cargo_bar, usual},
};

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
    /// How long its build takes one core.
    pub core_minutes: u32,
    /// Debian packages its build needs.
    pub packages: &'static [&'static str],
}

/// Turns BPF objects into SBPF programs. Its newer releases want another LLVM.
pub const SBPF_LINKER: CargoTool = CargoTool {
    name: "sbpf-linker",
    package: "sbpf-linker",
    version: "0.2.6",
    binary: "sbpf-linker",
    core_minutes: 3,
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
            let label = format!("{} {}: building", self.name, self.version);
            progress.begin(&label, Some(usual(self.core_minutes)));
            self.install(cache, progress)
                .with_context(|| format!("installing {} {}", self.name, self.version))?;
            progress.end();
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
                progress.begin(&format!("{}: waiting for another process that installs it", self.name), None);
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
        let mut cargo = Command::new("cargo")
            .args(["install", "--locked", "--force", "--version", self.version, "--bin", self.binary])
            .arg("--root")
            .arg(cache.tool(self.name, self.version))
            .arg(self.package)
            .env("CARGO_TARGET_DIR", &build)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            // Cargo draws its bar only on a terminal; it is where the numbers are.
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "100")
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start cargo")?;
        let said = cargo.stderr.take().context("cargo's standard error was asked for")?;
        let mut recent = Recent::default();
        each_line(said, |line| match cargo_bar(line) {
            Some((done, of)) => progress.advance(done, of),
            None => recent.push(line),
        })?;
        let status = cargo.wait()?;
        if !status.success() {
            bail!("cargo install {} failed ({status}):\n{}", self.package, recent.text());
        }
        fs::remove_dir_all(&build).ok();
        Ok(())
    }
}

/// The last lines of a long output, for when it ends badly.
#[derive(Debug, Default)]
struct Recent(std::collections::VecDeque<String>);

impl Recent {
    const KEPT: usize = 60;

    fn push(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(line.to_owned());
    }

    fn text(self) -> String {
        Vec::from(self.0).join("\n")
    }
}

/// Calls `handle` for each piece of text that ends in a line feed or, as progress bars do, in a carriage return.
fn each_line(source: impl Read, mut handle: impl FnMut(&str)) -> Result<()> {
    let mut line = Vec::new();
    for byte in BufReader::new(source).bytes() {
        match byte? {
            b'\n' | b'\r' => {
                handle(&String::from_utf8_lossy(&line));
                line.clear();
            }
            other => line.push(other),
        }
    }
    if !line.is_empty() {
        handle(&String::from_utf8_lossy(&line));
    }
    Ok(())
}
