//! `cargo xtask build`: the program for Solana, and its IDL.

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use latchkey_toolchain::{
    args::Args as SbfArgs,
    debian, platform,
    program::{self, Toolchain},
};

use crate::{commands::idl, program_key, terminal::Terminal, workspace::Workspace};

/// Build the program and its IDL into target/deploy and target/idl
#[derive(Debug, Default, Parser)]
pub struct Args {
    /// Only the program
    #[arg(long)]
    pub no_idl: bool,
}

/// Builds the program, then its IDL.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    program(workspace, terminal)?;
    if !args.no_idl {
        let text = idl::generate(workspace, terminal)?;
        idl::write(&workspace.target("idl/latchkey.json"), &text)?;
    }
    Ok(())
}

/// Builds the program with Solana's tools where they are installed, otherwise with our own.
pub fn program(workspace: &Workspace, terminal: &mut Terminal) -> Result<()> {
    program_key::place(workspace)?;
    let manifest = workspace.path("programs/latchkey/Cargo.toml");
    if let Some(tool) = platform::solana_build_sbf() {
        // The arguments `anchor build` passes, so that both leave the same program.
        let mut build = workspace.command(tool);
        build.args(["--tools-version", "v1.57", "--arch", "v3", "--manifest-path"]).arg(manifest);
        build.arg("--sbf-out-dir").arg(workspace.target("deploy"));
        return terminal.cargo(&mut build, "building the program", None);
    }
    let args = SbfArgs {
        manifest_path: Some(manifest),
        sbf_out_dir: Some(workspace.target("deploy")),
        ..SbfArgs::default()
    };
    program::build(&args, &workspace.cache, terminal)?;
    Ok(())
}

/// How long each step to the first program usually takes, of those still to be done, packages aside.
pub fn missing_steps(workspace: &Workspace) -> Vec<Duration> {
    if platform::solana_build_sbf().is_some() {
        return Vec::new();
    }
    let mut steps = Toolchain::missing_steps(&workspace.cache);
    steps.extend(program::first_build(&workspace.target("")));
    steps
}

/// The Debian packages a build needs here: none where Solana's tools are installed.
pub fn missing_packages() -> Result<Vec<&'static str>> {
    if platform::solana_build_sbf().is_some() { Ok(Vec::new()) } else { debian::missing(&program::PACKAGES) }
}
