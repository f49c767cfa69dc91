//! `cargo build-sbf` where Solana's own cannot download its compiler. See the library's README.

use std::process::ExitCode;

use latchkey_progress::Lines;
use latchkey_toolchain::{args::Args, cache::Cache, program};

fn main() -> ExitCode {
    let outcome = Args::from_command_line(std::env::args_os()).and_then(|args| {
        let cache = Cache::for_this_user()?;
        // People and Anchor expect of this tool what cargo says.
        program::build(&args, &cache, &mut Lines::new(true))
    });
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
