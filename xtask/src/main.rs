//! `cargo xtask`: one door to everything done with this tree.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{
    commands::{app, bench, build, demo, idl, lint, setup, test},
    terminal::Terminal,
    workspace::Workspace,
};

/// Set up, build, test and show Latchkey
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    /// Show cargo's own lines instead of steps
    #[arg(long, short, global = true)]
    verbose: bool,

    #[command(subcommand)]
    command: Commands,
}

#[derive(Debug, Subcommand)]
enum Commands {
    Setup(setup::Args),
    Build(build::Args),
    Idl(idl::Args),
    Demo(demo::Args),
    App(app::Args),
    Bench(bench::Args),
    Test(test::Args),
    Lint(lint::Args),
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let workspace = Workspace::here()?;
    let terminal = &mut Terminal::new(cli.verbose);
    match &cli.command {
        Commands::Setup(args) => setup::run(&workspace, args, terminal),
        Commands::Build(args) => build::run(&workspace, args, terminal),
        Commands::Idl(args) => idl::run(&workspace, args, terminal),
        Commands::Demo(args) => demo::run(&workspace, args, terminal),
        Commands::App(args) => app::run(&workspace, args, terminal),
        Commands::Bench(args) => bench::run(&workspace, args, terminal),
        Commands::Test(args) => test::run(&workspace, args, terminal),
        Commands::Lint(args) => lint::run(&workspace, args, terminal),
    }
}
