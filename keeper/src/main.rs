//! `latchkey-keeper`: the keeper daemon.

use std::process::ExitCode;

use clap::Parser as _;
use latchkey_keeper::commands::{self, Cli};

#[tokio::main]
async fn main() -> ExitCode {
    commands::main(Cli::parse()).await
}
