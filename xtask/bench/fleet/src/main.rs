//! `latchkey-bench-fleet`: what `cargo xtask bench idle`, `lapse` and `drain` build and run.

use anyhow::Result;
use clap::{Parser, Subcommand};
use latchkey_bench_fleet::{drain, idle, lapse};

/// Measure a keeper on a real validator, with a real broker and simulated cars
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Loans of which none falls due: processor time and memory
    Idle(idle::Args),
    /// One lapse after another: from the deadline to the settled lock
    Lapse(lapse::Args),
    /// All lapses in one second: how many locks a second are requested and settled
    Drain(drain::Args),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Args::parse().what {
        What::Idle(args) => idle::run(&args).await,
        What::Lapse(args) => lapse::run(&args).await,
        What::Drain(args) => drain::run(&args).await,
    }
}
