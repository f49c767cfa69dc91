//! `latchkey-bench-book`: what `cargo xtask bench book` builds and runs.

use anyhow::Result;
use clap::Parser as _;
use latchkey_bench_book::{Args, run};

fn main() -> Result<()> {
    run(&Args::parse())
}
