//! What this workspace has built, found from where this program lies.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// The loan program's bytes: the file that `LATCHKEY_PROGRAM_SO` names, or the one that every build leaves in the target
/// directory that this program lies in.
pub fn program_bytes() -> Result<PathBuf> {
    const HELP: &str = "`cargo xtask build --no-idl` builds it";
    if let Some(named) = env::var_os("LATCHKEY_PROGRAM_SO").map(PathBuf::from) {
        return if named.exists() { Ok(named) } else { bail!("{} is missing: {HELP}", named.display()) };
    }
    let this = env::current_exe()?;
    let mut candidates = this.ancestors().map(|directory| directory.join("deploy/latchkey.so"));
    candidates
        .find(|path| path.exists())
        .with_context(|| format!("no deploy/latchkey.so above {}: {HELP}", this.display()))
}

/// A binary of this workspace, built in the same profile as this program.
pub fn binary(name: &str) -> Result<PathBuf> {
    let this = env::current_exe()?;
    // Tests lie one directory deeper than binaries.
    let found =
        this.ancestors().skip(1).take(2).map(|directory| directory.join(name)).find(|path| path.exists());
    found.with_context(|| {
        format!("{name} is not built: `cargo build -p {name}`, or run this by `cargo xtask`")
    })
}
