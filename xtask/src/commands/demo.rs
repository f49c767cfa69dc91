//! `cargo xtask demo`: builds what the demo runs, then runs it.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use latchkey_toolchain::command;

use crate::{
    commands::{build, finish, setup, with_tools},
    workspace::Workspace,
};

/// Watch a loan live: paid, missed, locked, cured, unlocked, paid off
#[derive(Debug, Parser)]
pub struct Args {
    /// The ledger
    #[arg(long, value_enum, default_value_t)]
    pub cluster: Cluster,

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

    /// Packages whose binaries it runs: on localnet, keeper and car are processes of their own.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Embedded => &["latchkey-demo"],
            Self::Localnet => &["latchkey-demo", "latchkey-device", "latchkey-keeper"],
        }
    }
}

impl Args {
    /// The demo's own command line.
    pub fn for_demo(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.cluster == Cluster::Localnet {
            words.extend(["--cluster".to_owned(), "localnet".to_owned()]);
        }
        if self.json {
            words.push("--json".to_owned());
        }
        words.extend(self.rest.iter().cloned());
        words
    }
}

/// Sets up, builds and runs the demo; its exit status becomes ours.
pub fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let parts: BTreeSet<_> = args.cluster.purpose().parts().iter().copied().collect();
    let tools = setup::ensure(&workspace.cache, &parts)?;
    build::program(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--bins"]);
    for package in args.cluster.packages() {
        cargo.args(["--package", package]);
    }
    command::run(&mut cargo)?;
    let mut demo = workspace.command(workspace.target("debug/latchkey-demo"));
    finish(with_tools(demo.args(args.for_demo()), workspace, &tools))
}
