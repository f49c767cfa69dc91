//! The commands, one file each, and what they share.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{commands::setup::Tools, workspace::Workspace};

pub mod bench;
pub mod build;
pub mod demo;
pub mod idl;
pub mod lint;
pub mod setup;
pub mod test;

/// Tells a command that starts validators and brokers of its own where they are.
fn with_tools<'a>(command: &'a mut Command, workspace: &Workspace, tools: &Tools) -> &'a mut Command {
    command.env("LATCHKEY_PROGRAM_SO", workspace.program());
    for (name, tool) in [("LATCHKEY_VALIDATOR", &tools.validator), ("LATCHKEY_MOSQUITTO", &tools.broker)] {
        if let Some(tool) = tool {
            command.env(name, tool);
        }
    }
    command
}

/// Runs the last command of all: its failure is its own to explain, so its exit status becomes ours without a word.
fn finish(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    if !status.success() {
        std::process::exit(status.code().unwrap_or(1));
    }
    Ok(())
}
