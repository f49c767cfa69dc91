//! What `cargo xtask` runs: it builds the commands, and says so where that takes time, then becomes them.
//!
//! Cargo itself is silent here (`--quiet` in `.cargo/config.toml`), or every command would begin with its lines. This
//! program has no dependencies, so on a new machine it speaks after seconds.

use std::{
    convert::Infallible,
    env, io,
    os::unix::process::CommandExt as _,
    process::{Command, ExitCode},
};

use latchkey_progress::{Lines, cargo, usual};

/// How long the first build of the commands takes one core, with its downloads.
const CORE_SECONDS: u32 = 40;

fn main() -> ExitCode {
    let Err(error) = start();
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn start() -> io::Result<Infallible> {
    // The workspace's features: what is built for this is then not built again for the demo and the tests.
    let mut cargo_build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo_build.args(["build", "--workspace", "--bin", "xtask"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let this = env::current_exe()?;
    let commands = this.with_file_name("xtask");
    let first = (!commands.exists()).then(|| usual(CORE_SECONDS));
    let finished =
        cargo::run(&mut cargo_build, "building xtask", first, &mut Lines::new(is_verbose()), |_| {})?;
    if !finished.status.success() {
        return Err(io::Error::other(format!("building xtask failed\n{}", finished.said)));
    }
    Err(Command::new(&commands).args(env::args_os().skip(1)).exec())
}

/// Whether `--verbose` is among the words for xtask itself.
fn is_verbose() -> bool {
    env::args().take_while(|word| word != "--").any(|word| word == "--verbose" || word == "-v")
}
