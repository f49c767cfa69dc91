//! `cargo xtask bench`: builds the program and what measures it, then measures.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand};
use latchkey_progress::usual;

use crate::{
    commands::{
        build, finish,
        setup::{self, Part},
    },
    terminal::Terminal,
    workspace::Workspace,
};

/// The committed table.
const PAGE: &str = "docs/cost.md";

const BENCH: &str = "latchkey-bench";

/// Seconds that the first build of the bench takes one core.
const FIRST_BUILD: u32 = 200;

/// Measure what the program costs
#[derive(Debug, Parser)]
pub struct Args {
    /// What to measure
    #[command(subcommand)]
    pub what: What,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Compute units, transaction bytes and accounts of every instruction
    Cu(Cu),
}

/// What to do with the costs beside printing them.
#[derive(Debug, Default, Parser)]
pub struct Cu {
    /// Print one JSON object an instruction
    #[arg(long)]
    pub json: bool,

    /// Put the table into docs/cost.md
    #[arg(long)]
    pub write: bool,

    /// Fail when something costs 5 % more than docs/cost.md says
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
}

impl Cu {
    /// The command line of what measures.
    pub fn for_bench(&self, page: PathBuf) -> Vec<std::ffi::OsString> {
        let mut words = Vec::new();
        if self.json {
            words.push("--json".into());
        }
        if self.write || self.check {
            words.push(if self.write { "--write".into() } else { "--check".into() });
            words.push(page.into());
        }
        words
    }
}

/// Sets up, builds and measures; the exit status of what measures becomes ours.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    let What::Cu(cu) = &args.what;
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::SbfBuild, Part::Libraries]), terminal)?;
    build::program(workspace, terminal)?;
    workspace.build(&[BENCH], "building the bench", usual(FIRST_BUILD), terminal)?;
    let mut bench = workspace.command(workspace.binary(BENCH));
    finish(bench.args(cu.for_bench(workspace.path(PAGE))).env("LATCHKEY_PROGRAM_SO", workspace.program()))
}
