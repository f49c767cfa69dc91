//! cargo-lambda, which emulates AWS Lambda on this machine: one program in a Python wheel.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use latchkey_progress::{Progress, usual};
use latchkey_toolchain::{
    cache::Cache,
    command::{is_executable, on_path, run_quietly},
};

const NAME: &str = "cargo-lambda";
const VERSION: &str = "1.9.2";
/// Seconds that its download usually takes.
const DOWNLOAD: u32 = 10;

/// The emulator on PATH, otherwise the cache's, installed now where it is missing.
pub fn ensure(cache: &Cache, progress: &mut dyn Progress) -> Result<PathBuf> {
    if let Some(path) = on_path(NAME) {
        return Ok(path);
    }
    let directory = format!("tools/{NAME}-{VERSION}");
    let program = cache.root().join(&directory).join("bin").join(NAME);
    if !is_executable(&program) {
        progress.begin(&format!("installing {NAME} {VERSION}"), Some(usual(DOWNLOAD)));
        let installed = cache.directory(&directory, |draft| {
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target"])
                .arg(draft)
                .arg(format!("{NAME}=={VERSION}"));
            run_quietly(&mut pip).map(|_| ())
        });
        progress.end();
        installed.with_context(|| {
            format!("it comes by pip: install Debian's python3-pip, or put {NAME} {VERSION} on PATH yourself")
        })?;
    }
    ensure!(is_executable(&program), "{} was installed, but {NAME} is not there", program.display());
    Ok(program)
}
