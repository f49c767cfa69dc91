//! Packages of the system: which are missing, and installing them.

use std::{env, process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use latchkey_progress::Progress;

use crate::command::{self, on_path};

/// Set to 1 where the equivalents of the packages are installed by other means than dpkg.
pub const ASSUME_INSTALLED: &str = "LATCHKEY_ASSUME_PACKAGES";

/// How long apt usually takes, with its lists.
pub const USUAL: Duration = Duration::from_secs(30);

/// Those of `packages` that are not installed. None where [`ASSUME_INSTALLED`] says so.
pub fn missing<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>> {
    if env::var_os(ASSUME_INSTALLED).is_some_and(|value| value == "1") || packages.is_empty() {
        return Ok(Vec::new());
    }
    if on_path("dpkg-query").is_none() {
        bail!(
            "this needs the Debian packages {}, and this system has no dpkg.\n\
             Install their equivalents, then run again with {ASSUME_INSTALLED}=1",
            packages.join(" ")
        );
    }
    // It fails when any package is unknown, and lists the others all the same.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"])
        .args(packages)
        .output()
        .context("cannot start dpkg-query")?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(not_installed(packages, &listed))
}

/// Reads dpkg-query's `package status` lines.
pub fn not_installed<'a>(packages: &[&'a str], listed: &str) -> Vec<&'a str> {
    let installed = |package: &str| {
        listed.lines().any(|line| {
            line.split_once(' ').is_some_and(|(name, status)| name == package && status == "installed")
        })
    };
    packages.iter().copied().filter(|package| !installed(package)).collect()
}

/// Installs what is missing of `packages`, as root by apt; otherwise says which command would.
pub fn ensure(packages: &[&str], progress: &mut dyn Progress) -> Result<()> {
    let missing = missing(packages)?;
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if on_path("apt-get").is_none() || !command::is_root() {
        bail!(
            "packages are missing that only root can install. Run\n\n    \
             sudo apt-get update && sudo apt-get install --yes {list}\n\n\
             and then this command again. Where they are installed by other means, set {ASSUME_INSTALLED}=1"
        );
    }
    progress.begin(&format!("installing {list}"), Some(USUAL));
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    command::run_quietly(apt().arg("update"))?;
    command::run_quietly(apt().args(["install", "--yes", "--no-install-recommends"]).args(&missing))?;
    progress.end();
    Ok(())
}
