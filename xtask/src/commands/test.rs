//! `cargo xtask test`: the program, its IDL, the documentation's examples and every test.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use latchkey_toolchain::command;

use crate::{
    commands::{
        app, build, finish, idl,
        setup::{self, Part, Purpose},
        with_tools,
    },
    terminal::Terminal,
    workspace::Workspace,
};

/// The profile of cargo, and that of nextest, for the long random search: hours of work are worth an optimised build.
const DEEP: &str = "deep";

/// Run the tests
#[derive(Debug, Parser)]
pub struct Args {
    /// Only this suite [default: everything, with the IDL check and the documentation's examples]
    #[arg(long, value_enum)]
    pub suite: Option<Suite>,

    /// Thousands of random sequences beside the model where a normal run has hundreds
    #[arg(long)]
    pub deep: bool,

    /// Only the attacks on the program: one line each, and failure if one is not met as it should be
    #[arg(long, conflicts_with_all = ["suite", "deep", "rest"])]
    pub attacks: bool,

    /// Print one JSON object an attack: case, instruction, expected, met
    #[arg(long, requires = "attacks")]
    pub json: bool,

    /// More arguments for nextest, such as a filter
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Each package's own tests
    Unit,
    /// The program's rules, in process
    Svm,
    /// Keeper, function, car and program in process, with everything that can go wrong going wrong
    Chaos,
    /// The whole path on a real validator
    Validator,
    /// The web page
    App,
}

impl Suite {
    /// Its test targets. Each has a name that no other suite uses, so that cargo finds them in the whole workspace.
    pub fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Unit => &[
                "answers",
                "arithmetic_page",
                "contract_page",
                "cosigned",
                "cosigned_keeper",
                "demo",
                "endpoint",
                "functions",
                "handle",
                "idl",
                "idl_page",
                "it",
                "mqtt",
                "nodes",
                "outlook",
                "release",
                "schedule",
                "services",
                "sponsor",
                "story",
                "time",
            ],
            Self::Svm => &["attacks", "money", "sequences", "svm"],
            Self::Chaos => &["faults", "fleet", "lies"],
            Self::Validator => &["validator"],
            // Node's tests, not cargo's.
            Self::App => &[],
        }
    }

    /// What selects it, as arguments of nextest.
    pub fn selection(suite: Option<Self>) -> Vec<&'static str> {
        let Some(suite) = suite else { return Vec::new() };
        let mut words = if suite == Self::Unit { vec!["--lib"] } else { Vec::new() };
        words.extend(suite.targets().iter().flat_map(|target| ["--test", target]));
        words
    }

    /// What builds it: a command of cargo, and its arguments.
    pub fn build(suite: Option<Self>) -> (&'static str, Vec<&'static str>) {
        match suite {
            // Keeper, car and terminal run as processes, so their binaries must be there.
            None => ("build", vec!["--bins", "--tests"]),
            Some(Self::Validator) => ("build", [vec!["--bins"], Self::selection(suite)].concat()),
            Some(Self::Unit | Self::Svm | Self::Chaos | Self::App) => {
                ("test", [vec!["--no-run"], Self::selection(suite)].concat())
            }
        }
    }

    fn parts(suite: Option<Self>) -> BTreeSet<Part> {
        match suite {
            None | Some(Self::Validator) => Purpose::Test.parts().iter().copied().collect(),
            // The courier and the car are tested over a real broker, the keeper's alerts by a real Prometheus.
            Some(Self::Unit) => BTreeSet::from([
                Part::SbfBuild,
                Part::Libraries,
                Part::Nextest,
                Part::Broker,
                Part::Prometheus,
            ]),
            Some(Self::Svm | Self::Chaos) => BTreeSet::from([Part::SbfBuild, Part::Libraries, Part::Nextest]),
            Some(Self::App) => BTreeSet::new(),
        }
    }
}

/// Sets up, builds and tests; nextest comes last, and its exit status becomes ours.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    if args.attacks {
        return attacks(workspace, args.json, terminal);
    }
    if args.suite == Some(Suite::App) {
        return app::test(workspace, &args.rest, terminal);
    }
    let tools = setup::ensure(&workspace.cache, &Suite::parts(args.suite), terminal)?;
    build::program(workspace, terminal)?;
    if args.suite.is_none() {
        idl::run(workspace, &idl::Args { check: true }, terminal)?;
    }
    let (subcommand, targets) = Suite::build(args.suite);
    let mut build = workspace.cargo_for(subcommand);
    if args.deep {
        build.args(["--profile", DEEP]);
    }
    terminal.cargo(build.args(targets), "building the tests", None)?;
    if args.suite.is_none() {
        command::run(workspace.cargo_for("test").args(["--quiet", "--doc"]))?;
        app::test_where_possible(workspace, terminal)?;
    }
    let nextest = tools.nextest.as_ref().context("nextest is among the parts")?;
    let mut run = workspace.command(nextest);
    run.args(["nextest", "run", "--workspace", "--cargo-quiet"]).args(Suite::selection(args.suite));
    if args.deep {
        run.args(["--cargo-profile", DEEP, "--profile", DEEP]).env("LATCHKEY_DEEP", "1");
    }
    finish(with_tools(run.args(&args.rest), workspace, &tools))
}

/// Sets up, builds and attacks. The suite is a test binary that writes a line for each case to standard output when it
/// runs alone.
fn attacks(workspace: &Workspace, json: bool, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::SbfBuild, Part::Libraries]), terminal)?;
    build::program(workspace, terminal)?;
    let mut build = workspace.cargo_for("test");
    terminal.cargo(build.args(["--no-run", "--test", "attacks"]), "building the attacks", None)?;
    let mut run = workspace.cargo_for("test");
    run.args(["--quiet", "--test", "attacks", "--"]);
    if json {
        run.arg("--json");
    }
    finish(run.env("LATCHKEY_PROGRAM_SO", workspace.program()))
}
