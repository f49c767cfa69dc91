//! `cargo xtask demo`: builds what the demo runs, then runs it.

use std::{collections::BTreeSet, ffi::OsString, path::Path};

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use latchkey_progress::usual;
use latchkey_toolchain::debian;

use crate::{
    commands::{app, build, finish, setup, with_tools},
    terminal::Terminal,
    workspace::Workspace,
};

/// Seconds that the first build of the demo takes one core.
const FIRST_BUILD: u32 = 300;

const DEMO: &str = "latchkey-demo";

/// Watch a loan live: paid, missed, locked, cured, unlocked, paid off
#[derive(Debug, Parser)]
pub struct Args {
    /// The ledger
    #[arg(long, value_enum, default_value_t)]
    pub cluster: Cluster,

    /// Where the car function runs
    #[arg(long, value_enum, default_value_t)]
    pub function: Function,

    /// Have two operators sign each lock, the second in a process of its own
    #[arg(long, conflicts_with = "cluster")]
    pub two_keys: bool,

    /// Serve the web page, and leave the loan to whoever opens it as borrower or lender; on a validator
    #[arg(long, conflicts_with = "two_keys")]
    pub app: bool,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,

    /// More arguments for the demo
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// Where the demo's loan lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Cluster {
    /// In this process, with a virtual clock: a year in seconds
    #[default]
    Embedded,
    /// On a validator of its own, in real time with second-long terms
    Localnet,
}

impl Cluster {
    fn purpose(self) -> setup::Purpose {
        match self {
            Self::Embedded => setup::Purpose::Demo,
            Self::Localnet => setup::Purpose::Localnet,
        }
    }

    /// What it runs: on localnet, keeper and car are processes of their own.
    fn binaries(self) -> &'static [&'static str] {
        match self {
            Self::Embedded => &[DEMO],
            Self::Localnet => &[DEMO, "latchkey-device", "latchkey-keeper"],
        }
    }
}

/// Where the car function runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Function {
    /// In the keeper's process
    #[default]
    Embedded,
    /// As a process of its own, called over HTTP
    Http,
    /// As an AWS Lambda, under cargo-lambda's emulator
    Lambda,
}

impl Function {
    /// What it needs beyond the cluster.
    fn part(self) -> Option<setup::Part> {
        (self == Self::Lambda).then_some(setup::Part::Emulator)
    }
}

impl Args {
    /// The function, where one runs as a process of its own.
    fn function_binary(&self) -> Option<&'static str> {
        (self.two_keys || self.function != Function::Embedded).then_some("latchkey-function")
    }

    /// What pays the borrower's fees, where the page is served.
    fn sponsor_binary(&self) -> Option<&'static str> {
        self.app.then_some("latchkey-sponsor")
    }

    /// The ledger: the page asks a validator.
    pub fn cluster(&self) -> Cluster {
        if self.app { Cluster::Localnet } else { self.cluster }
    }

    /// The demo's own command line, with the page built into `dist`.
    pub fn for_demo(&self, dist: &Path) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if self.cluster() == Cluster::Localnet {
            words.extend(["--cluster".into(), "localnet".into()]);
        }
        if self.app {
            words.extend(["--app".into(), dist.into()]);
        }
        if let Some(named) = self.function.to_possible_value().filter(|_| self.function != Function::Embedded)
        {
            words.extend(["--function".into(), named.get_name().into()]);
        }
        if self.two_keys {
            words.push("--two-keys".into());
        }
        if self.json {
            words.push("--json".into());
        }
        words.extend(self.rest.iter().map(Into::into));
        words
    }
}

/// Sets up, builds and runs the demo; its exit status becomes ours.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    let cluster = args.cluster();
    let parts = cluster.purpose().parts().iter().copied().chain(args.function.part());
    let parts: BTreeSet<_> = parts.collect();
    let binaries = cluster.binaries().iter().copied().chain(args.function_binary());
    let binaries: Vec<&str> = binaries.chain(args.sponsor_binary()).collect();
    if cluster == Cluster::Embedded {
        let mut steps = Vec::new();
        if !setup::missing_packages(&workspace.cache, &parts)?.is_empty() {
            steps.push(debian::USUAL);
        }
        steps.extend(build::missing_steps(workspace));
        if !workspace.binary(DEMO).exists() {
            steps.push(usual(FIRST_BUILD));
        }
        terminal.announce("preparing the demo", &steps);
    }
    let tools = setup::ensure(&workspace.cache, &parts, terminal)?;
    if args.function == Function::Lambda && tools.emulator.is_none() {
        bail!("the demo as a Lambda needs cargo-lambda: see the note above, or use --function http");
    }
    build::program(workspace, terminal)?;
    workspace.build(&binaries, "building the demo", usual(FIRST_BUILD), terminal)?;
    if args.app {
        app::build(workspace, terminal)?;
    }
    let mut demo = workspace.command(workspace.binary(DEMO));
    finish(with_tools(demo.args(args.for_demo(&workspace.path("app/dist"))), workspace, &tools))
}
