//! The commands, one file each, and what they share.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{commands::setup::Tools, workspace::Workspace};

pub mod app;
pub mod bench;
pub mod build;
pub mod demo;
pub mod idl;
pub mod lint;
pub mod setup;
pub mod test;

/// Sets the variables from which a command learns where the program, the validator, the broker and the
/// emulator of AWS Lambda are.
fn with_tools<'a>(command: &'a mut Command, workspace: &Workspace, tools: &Tools) -> &'a mut Command {
    command.env("LATCHKEY_PROGRAM_SO", workspace.program());
    for (name, tool) in [
        ("LATCHKEY_VALIDATOR", &tools.validator),
        ("LATCHKEY_MOSQUITTO", &tools.broker),
        ("LATCHKEY_CARGO_LAMBDA", &tools.emulator),
    ] {
        if let Some(tool) = tool {
            command.env(name, tool);
        }
    }
    command
}

/// Runs the last command. It explains its own failure, so its exit status becomes ours without a message.
fn finish(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    if !status.success() {
        std::process::exit(status.code().unwrap_or(1));
    }
    Ok(())
}
