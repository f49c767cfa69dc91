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

/// Seconds that the first optimised build of the function takes one core.
const FIRST_RELEASE: u32 = 600;

/// Measure what the program and the function cost
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
    /// Calls of the car function a second on one core, their times, and a Lambda's cold start
    Function(Function),
}

/// How the function is measured.
#[derive(Debug, Default, Parser)]
pub struct Function {
    /// Calls of each round
    #[arg(long, default_value_t = 5_000)]
    pub calls: usize,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
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
    match &args.what {
        What::Cu(cu) => costs(workspace, cu, terminal),
        What::Function(function) => calls(workspace, function, terminal),
    }
}

fn costs(workspace: &Workspace, cu: &Cu, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::SbfBuild, Part::Libraries]), terminal)?;
    build::program(workspace, terminal)?;
    workspace.build(&[BENCH], "building the bench", usual(FIRST_BUILD), terminal)?;
    let mut bench = workspace.command(workspace.binary(BENCH));
    finish(bench.args(cu.for_bench(workspace.path(PAGE))).env("LATCHKEY_PROGRAM_SO", workspace.program()))
}

/// Builds the function as it is shipped, and measures it.
fn calls(workspace: &Workspace, function: &Function, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::Libraries]), terminal)?;
    let target = ["bench", "--package", "latchkey-function", "--bench", "function_calls"];
    let mut build = workspace.cargo();
    terminal.cargo(
        build.args(target).arg("--no-run"),
        "building the function",
        Some(usual(FIRST_RELEASE)),
    )?;
    let mut bench = workspace.cargo();
    bench.args(target).args(["--quiet", "--", "--calls", &function.calls.to_string()]);
    if function.json {
        bench.arg("--json");
    }
    finish(&mut bench)
}
