//! `latchkey-bench`: what `cargo xtask bench cu` builds and runs.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Parser;
use latchkey_bench::{cu, report};

/// Measure compute units, bytes and accounts of every instruction
#[derive(Debug, Parser)]
struct Args {
    /// Print one JSON object an instruction
    #[arg(long)]
    json: bool,

    /// Put the table into this page
    #[arg(long, value_name = "PAGE")]
    write: Option<PathBuf>,

    /// Fail when something costs 5 % more than this page says
    #[arg(long, value_name = "PAGE", conflicts_with = "write")]
    check: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let costs = cu::measure();
    if args.json {
        print!("{}", report::json_lines(&costs)?);
    } else {
        print!("{}", report::table(&costs));
    }
    if let Some(path) = args.write {
        report::PART.write(&path, &report::table(&costs))?;
    }
    if let Some(path) = args.check {
        let page = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let regressions = report::regressions(&page, &costs)?;
        if !regressions.is_empty() {
            bail!("{}\nif it is worth it, `cargo xtask bench cu --write`", regressions.join("\n"));
        }
    }
    Ok(())
}
