//! `cargo xtask`: one door to everything done with this tree.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{
    commands::{bench, build, demo, idl, lint, setup, test},
    workspace::Workspace,
};

/// Set up, build, test and show Latchkey
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Setup(setup::Args),
    Build(build::Args),
    Idl(idl::Args),
    Demo(demo::Args),
    Bench(bench::Args),
    Test(test::Args),
    Lint(lint::Args),
    #[command(hide = true)]
    PrintIdl,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::here()?;
    match command {
        Command::Setup(args) => setup::run(&workspace, &args),
        Command::Build(args) => build::run(&workspace, &args),
        Command::Idl(args) => idl::run(&workspace, &args),
        Command::Demo(args) => demo::run(&workspace, &args),
        Command::Bench(args) => bench::run(&workspace, &args),
        Command::Test(args) => test::run(&workspace, &args),
        Command::Lint(args) => lint::run(&workspace, &args),
        Command::PrintIdl => idl::print(&workspace),
    }
}
