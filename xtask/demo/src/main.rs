//! `latchkey-demo`: what `cargo xtask demo` builds and runs.

use std::process::ExitCode;

use clap::Parser;
use latchkey_demo::{cli::Cli, run};

fn main() -> ExitCode {
    run(&Cli::parse())
}
