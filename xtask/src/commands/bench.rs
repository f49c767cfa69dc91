//! `cargo xtask bench`: builds the program and what measures it, then measures.

use std::{collections::BTreeSet, ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand};
use latchkey_progress::usual;
use latchkey_toolchain::debian;

use crate::{
    commands::{
        app, build, finish,
        setup::{self, Part, Purpose},
        with_tools,
    },
    terminal::Terminal,
    web,
    workspace::Workspace,
};

/// The committed tables.
const COSTS: &str = "docs/cost.md";
const PERFORMANCE: &str = "docs/performance.md";

const BENCH: &str = "latchkey-bench";
const BOOK: &str = "latchkey-bench-book";
const FLEET: &str = "latchkey-bench-fleet";
/// What the benches of the keeper measure, as it is shipped.
const MEASURED: [&str; 2] = ["latchkey-device", "latchkey-keeper"];

/// Seconds that the first build of the bench takes one core.
const FIRST_BUILD: u32 = 200;

/// Seconds that the first optimised build of what is measured takes one core.
const FIRST_RELEASE: u32 = 600;

/// Measure what the program, the function, the keeper and the page cost
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
    /// The keeper's memory a loan and its time an event, for books of several sizes
    Book(Keeper),
    /// What a keeper takes whose loans are idle, on a local validator
    Idle(Keeper),
    /// From a loan's deadline to the settled lock, on a local validator
    Lapse(Keeper),
    /// Many locks in one second, on a local validator
    Drain(Keeper),
    /// The built web page in Chromium: a borrower's phone, and a lender's ten thousand loans
    Page(Keeper),
}

/// What a bench of the keeper or of the page is asked for. `-- --help` lists its own options.
#[derive(Debug, Default, Parser)]
pub struct Keeper {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,

    /// Put the result into docs/performance.md
    #[arg(long)]
    pub write: bool,

    /// More arguments for the bench
    #[arg(last = true)]
    pub rest: Vec<String>,
}

impl Keeper {
    /// The command line of what measures.
    pub fn for_bench(&self, page: PathBuf) -> Vec<OsString> {
        let mut words: Vec<OsString> = self.rest.iter().map(Into::into).collect();
        if self.json {
            words.push("--json".into());
        }
        if self.write {
            words.extend(["--write".into(), page.into()]);
        }
        words
    }
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

    /// Put the result into docs/performance.md
    #[arg(long)]
    pub write: bool,
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
    pub fn for_bench(&self, page: PathBuf) -> Vec<OsString> {
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
        What::Book(keeper) => book(workspace, keeper, terminal),
        What::Idle(keeper) => fleet(workspace, "idle", keeper, terminal),
        What::Lapse(keeper) => fleet(workspace, "lapse", keeper, terminal),
        What::Drain(keeper) => fleet(workspace, "drain", keeper, terminal),
        What::Page(asked) => page(workspace, asked, terminal),
    }
}

fn costs(workspace: &Workspace, cu: &Cu, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::SbfBuild, Part::Libraries]), terminal)?;
    build::program(workspace, terminal)?;
    workspace.build(&[BENCH], "building the bench", usual(FIRST_BUILD), terminal)?;
    let mut bench = workspace.command(workspace.binary(BENCH));
    finish(bench.args(cu.for_bench(workspace.path(COSTS))).env("LATCHKEY_PROGRAM_SO", workspace.program()))
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
    if function.write {
        bench.arg("--write").arg(workspace.path(PERFORMANCE));
    }
    finish(&mut bench)
}

/// The web page as it is served, in the browser of its tests.
fn page(workspace: &Workspace, asked: &Keeper, terminal: &mut Terminal) -> Result<()> {
    debian::ensure(&web::missing_browser()?, terminal)?;
    app::build(workspace, terminal)?;
    web::script(workspace, "bench", &asked.for_bench(workspace.path(PERFORMANCE)), terminal)
}

/// The keeper's core, in a process of its own.
fn book(workspace: &Workspace, keeper: &Keeper, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::Libraries]), terminal)?;
    workspace.build_as_shipped(&[BOOK], "building the bench", usual(FIRST_RELEASE), terminal)?;
    let mut bench = workspace.command(workspace.shipped(BOOK));
    finish(bench.args(keeper.for_bench(workspace.path(PERFORMANCE))))
}

/// The keeper as it is shipped, on a validator of its own; what measures it need not be fast.
fn fleet(workspace: &Workspace, what: &str, keeper: &Keeper, terminal: &mut Terminal) -> Result<()> {
    let parts = Purpose::Localnet.parts().iter().copied().collect();
    let tools = setup::ensure(&workspace.cache, &parts, terminal)?;
    build::program(workspace, terminal)?;
    workspace.build_as_shipped(&MEASURED, "building the keeper", usual(FIRST_RELEASE), terminal)?;
    workspace.build(&[FLEET], "building the bench", usual(FIRST_BUILD), terminal)?;
    let mut bench = workspace.command(workspace.binary(FLEET));
    bench.arg(what).arg("--programs").arg(workspace.target("release"));
    bench.args(keeper.for_bench(workspace.path(PERFORMANCE)));
    finish(with_tools(&mut bench, workspace, &tools))
}
