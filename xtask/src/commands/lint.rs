//! `cargo xtask lint`: everything that is wrong without running a test. All checks run, then the failed ones are named.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context, Result, bail};
use clap::Parser;
use latchkey_toolchain::command;

use crate::{
    commands::{
        app,
        setup::{self, Purpose},
    },
    leaks,
    terminal::Terminal,
    workspace::Workspace,
};

/// Check formatting, clippy, documentation, licences, spelling and leaks
#[derive(Debug, Parser)]
pub struct Args {}

/// Runs every check.
pub fn run(workspace: &Workspace, _args: &Args, terminal: &mut Terminal) -> Result<()> {
    let parts: BTreeSet<_> = Purpose::Lint.parts().iter().copied().collect();
    let tools = setup::ensure(&workspace.cache, &parts, terminal)?;
    let deny = tools.deny.as_deref().context("cargo-deny is among the parts")?;
    let typos = tools.typos.as_deref().context("typos is among the parts")?;
    let outcomes = [
        ("formatting", check_format(workspace)),
        ("leaks", check_leaks(workspace)),
        ("spelling", command::run(&mut workspace.command(typos))),
        ("dependencies", check_dependencies(workspace, deny)),
        ("clippy", check_clippy(workspace)),
        ("documentation", check_documentation(workspace)),
        ("web page", app::lint(workspace, terminal)),
    ];
    let failed: Vec<&str> =
        outcomes.iter().filter(|(_, outcome)| outcome.is_err()).map(|(check, _)| *check).collect();
    for (check, outcome) in &outcomes {
        match outcome {
            Ok(()) => eprintln!("ok    {check}"),
            Err(error) => eprintln!("WRONG {check}: {error:#}"),
        }
    }
    if !failed.is_empty() {
        bail!("lint found something in: {}", failed.join(", "));
    }
    Ok(())
}

fn check_format(workspace: &Workspace) -> Result<()> {
    command::run(workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn check_clippy(workspace: &Workspace) -> Result<()> {
    command::run(workspace.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn check_documentation(workspace: &Workspace) -> Result<()> {
    command::run(
        workspace.cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// Advisories are not among the checks: they change without a commit, and a green tree must stay green.
fn check_dependencies(workspace: &Workspace, deny: &Path) -> Result<()> {
    command::run(workspace.command(deny).args(["--workspace", "check", "bans", "licenses", "sources"]))
}

fn check_leaks(workspace: &Workspace) -> Result<()> {
    let found = leaks::in_files(workspace)?;
    for leak in &found {
        eprintln!("{leak}");
    }
    if !found.is_empty() {
        bail!("{} lines belong to one machine, not to the tree", found.len());
    }
    Ok(())
}
