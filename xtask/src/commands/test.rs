//! `cargo xtask test`: the program, its IDL, the documentation's examples and every test.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use latchkey_toolchain::command;

use crate::{
    commands::{
        build, finish, idl,
        setup::{self, Part, Purpose},
        with_tools,
    },
    terminal::Terminal,
    workspace::Workspace,
};

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
}

impl Suite {
    /// The packages it selects, as arguments of cargo.
    pub fn packages(suite: Option<Self>) -> &'static [&'static str] {
        match suite {
            None => &["--workspace"],
            Some(Self::Unit) => &[
                "--workspace",
                "--exclude",
                "latchkey-tests-chaos",
                "--exclude",
                "latchkey-tests-model",
                "--exclude",
                "latchkey-tests-svm",
                "--exclude",
                "latchkey-tests-validator",
            ],
            Some(Self::Chaos) => &["--package", "latchkey-tests-chaos"],
            Some(Self::Svm) => &["--package", "latchkey-tests-svm", "--package", "latchkey-tests-model"],
            // Keeper, car and terminal run as processes, so their binaries must be there.
            Some(Self::Validator) => &[
                "--package",
                "latchkey-tests-validator",
                "--package",
                "latchkey-cli",
                "--package",
                "latchkey-keeper",
                "--package",
                "latchkey-device",
            ],
        }
    }

    fn parts(suite: Option<Self>) -> BTreeSet<Part> {
        match suite {
            None | Some(Self::Validator) => Purpose::Test.parts().iter().copied().collect(),
            // The courier and the car are tested over a real broker.
            Some(Self::Unit) => BTreeSet::from([Part::SbfBuild, Part::Nextest, Part::Broker]),
            Some(Self::Svm | Self::Chaos) => BTreeSet::from([Part::SbfBuild, Part::Nextest]),
        }
    }
}

/// Sets up, builds and tests; nextest comes last, and its exit status becomes ours.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    if args.attacks {
        return attacks(workspace, args.json, terminal);
    }
    let tools = setup::ensure(&workspace.cache, &Suite::parts(args.suite), terminal)?;
    build::program(workspace, terminal)?;
    let packages = Suite::packages(args.suite);
    if args.suite.is_none() {
        idl::run(workspace, &idl::Args { check: true }, terminal)?;
    }
    // Binaries and tests in one build: what tests start as processes is there, and dependencies are built once.
    let mut cargo = workspace.cargo();
    terminal.cargo(cargo.args(["build", "--bins", "--tests"]).args(packages), "building the tests", None)?;
    if args.suite.is_none() {
        command::run(workspace.cargo().args(["test", "--quiet", "--doc", "--workspace"]))?;
    }
    let nextest = tools.nextest.as_ref().context("nextest is among the parts")?;
    let mut run = workspace.command(nextest);
    run.args(["nextest", "run"]).args(packages);
    if args.suite == Some(Suite::Validator) {
        run.args(["--filterset", "package(latchkey-tests-validator)"]);
    }
    if args.deep {
        run.args(["--profile", "deep"]).env("LATCHKEY_DEEP", "1");
    }
    finish(with_tools(run.args(&args.rest), workspace, &tools))
}

/// Sets up, builds and attacks. The suite is a test binary that tells each case on standard output when it runs alone.
fn attacks(workspace: &Workspace, json: bool, terminal: &mut Terminal) -> Result<()> {
    setup::ensure(&workspace.cache, &BTreeSet::from([Part::SbfBuild]), terminal)?;
    build::program(workspace, terminal)?;
    let mut run = workspace.cargo();
    run.args(["test", "--quiet", "--package", "latchkey-tests-svm", "--test", "attacks", "--"]);
    if json {
        run.arg("--json");
    }
    finish(run.env("LATCHKEY_PROGRAM_SO", workspace.program()))
}
