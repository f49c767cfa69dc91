//! `cargo xtask app`: the web page for borrowers and lenders.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{terminal::Terminal, web, workspace::Workspace};

/// Build, test and serve the web page
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page from its sources and reload it as they change
    Dev {
        /// More arguments for Vite
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Build the page into app/dist
    Build,
    /// Test the page: its parts, then its screens in a browser
    Test {
        /// More arguments for Playwright
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Take the pictures of docs/images
    Screenshots,
    /// Write app/src/client from the IDL
    Generate,
    /// Build the contract's rules as WebAssembly into app/public/rules.wasm
    Rules,
}

/// Sets up what is missing, and runs one of the page's scripts.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    match &args.command {
        Command::Dev { rest } => {
            web::build_rules(workspace, terminal)?;
            web::script(workspace, "dev", rest, terminal)
        }
        Command::Build => build(workspace, terminal),
        Command::Test { rest } => test(workspace, rest, terminal),
        Command::Screenshots => {
            latchkey_toolchain::debian::ensure(&web::missing_browser()?, terminal)?;
            build(workspace, terminal)?;
            web::script::<&str>(workspace, "screenshots", &[], terminal)
        }
        Command::Generate => web::script::<&str>(workspace, "generate", &[], terminal),
        Command::Rules => web::build_rules(workspace, terminal),
    }
}

/// What is wrong with the page without running it.
pub fn lint(workspace: &Workspace, terminal: &mut Terminal) -> Result<()> {
    if web::is_checked_here(workspace, terminal)? {
        web::script::<&str>(workspace, "lint", &[], terminal)?;
        web::script::<&str>(workspace, "generate:check", &[], terminal)?;
    }
    Ok(())
}

/// The page's tests, where npm is.
pub fn test_where_possible(workspace: &Workspace, terminal: &mut Terminal) -> Result<()> {
    if web::is_checked_here(workspace, terminal)? {
        test(workspace, &[], terminal)?;
    }
    Ok(())
}

/// Builds the page into `app/dist`.
pub fn build(workspace: &Workspace, terminal: &mut Terminal) -> Result<()> {
    web::build_rules(workspace, terminal)?;
    web::script::<&str>(workspace, "build", &[], terminal)
}

/// The page's parts, then its screens in a browser.
pub fn test(workspace: &Workspace, rest: &[String], terminal: &mut Terminal) -> Result<()> {
    latchkey_toolchain::debian::ensure(&web::missing_browser()?, terminal)?;
    build(workspace, terminal)?;
    web::script::<&str>(workspace, "test", &[], terminal)?;
    web::script(workspace, "test:browser", rest, terminal)
}
