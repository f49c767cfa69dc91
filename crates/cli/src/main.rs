//! `latchkey`: the terminal tool for lenders, borrowers and operators.

mod commands;
mod context;
mod failure;

use std::process::ExitCode;

use clap::Parser;

use commands::Commands;
use context::{Context, Globals};

/// Car loans that lock and unlock the car themselves
///
/// Exit codes: 0 done; 1 refused or failed; 2 a flag, a file or a key is wrong, and nothing was sent.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Commands,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli { globals, command } = Cli::parse();
    let json = globals.json;
    let result = match Context::new(globals) {
        Ok(context) => command.execute(&context).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error, json),
    }
}
