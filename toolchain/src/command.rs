//! Running other programs: their output when they fail, and finding them on PATH.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a command and returns what it printed; its failure is an error that ends with what it said.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = run_quietly(command)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command whose output matters only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !output.status.success() {
        bail!(
            "{} failed ({})\n{}",
            describe(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(output)
}

/// Runs a command that speaks to the user itself.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", describe(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", describe(command));
    }
    Ok(())
}

/// A command that runs another version of cargo or rustc than the one that runs us: rustup's and cargo's own
/// variables, which would bend its choice of compiler and flags, are left out.
pub fn outside_cargo(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in [
        "CARGO",
        "RUSTUP_TOOLCHAIN",
        "RUSTC",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUST_RECURSION_COUNT",
    ] {
        command.env_remove(name);
    }
    let inherited = env::vars_os().filter(|(name, _)| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    });
    for (name, _) in inherited {
        command.env_remove(name);
    }
    command
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// The first executable of that name on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    on_paths(name).next()
}

/// Every executable of that name on PATH, in order.
pub fn on_paths(name: &str) -> impl Iterator<Item = PathBuf> {
    let directories: Vec<PathBuf> =
        env::var_os("PATH").map(|paths| env::split_paths(&paths).collect()).unwrap_or_default();
    let name = name.to_owned();
    directories.into_iter().map(move |directory| directory.join(&name)).filter(|path| is_executable(path))
}

/// Whether a path is a file that may be run.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn describe(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    let mut line = words.join(" ");
    if let Some((cut, _)) = line.char_indices().nth(200) {
        line.truncate(cut);
        line.push('…');
    }
    format!("`{line}`")
}
