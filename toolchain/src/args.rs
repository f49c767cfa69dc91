//! The command line of `cargo-build-sbf`: what Anchor and people pass to Solana's tool of that name.

use std::{ffi::OsString, path::PathBuf};

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Build Solana programs to SBF without Solana's platform-tools
#[derive(Debug, Clone, Default, PartialEq, Eq, Parser)]
#[command(name = "cargo-build-sbf", bin_name = "cargo build-sbf", version)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    /// Manifest of the program; without it, the package of this directory, or every program of the workspace
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,

    /// Where NAME.so goes [default: target/deploy]
    #[arg(long, value_name = "PATH")]
    pub sbf_out_dir: Option<PathBuf>,

    /// Instruction set
    #[arg(long, value_enum, default_value_t)]
    pub arch: Arch,

    /// Version of Solana's platform-tools: accepted for compatibility, there are none here
    #[arg(long, value_name = "VERSION")]
    pub tools_version: Option<String>,

    /// Features to build with
    #[arg(long, value_name = "FEATURES")]
    pub features: Vec<String>,

    /// Leave the default features out
    #[arg(long)]
    pub no_default_features: bool,

    /// Build every program of the workspace
    #[arg(long)]
    pub workspace: bool,

    /// How many jobs cargo runs at once
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<u16>,

    /// Build without network access
    #[arg(long)]
    pub offline: bool,

    /// Say more
    #[arg(short, long)]
    pub verbose: bool,

    /// Say less
    #[arg(short, long)]
    pub quiet: bool,

    /// More arguments for `cargo build`
    #[arg(last = true, value_name = "CARGO_ARGS")]
    pub cargo_args: Vec<String>,
}

/// SBPF versions this toolchain can build.
///
/// Only v3, Anchor 1.2's own default: LLVM passes arguments beyond the fifth on the stack, which v0 to v2 do not allow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Arch {
    /// SBPF v3
    #[default]
    V3,
}

impl Args {
    /// Reads a command line, with or without the `build-sbf` that cargo puts in front of its arguments.
    ///
    /// Prints help or a complaint and ends the process where clap would.
    pub fn from_command_line(line: impl IntoIterator<Item = OsString>) -> Result<Self> {
        Ok(Self::try_from_command_line(line).unwrap_or_else(|error| error.exit()))
    }

    /// As [`Args::from_command_line`], but hands clap's complaint to the caller.
    pub fn try_from_command_line(line: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut line: Vec<OsString> = line.into_iter().collect();
        if line.get(1).is_some_and(|word| word == "build-sbf") {
            line.remove(1);
        }
        Self::try_parse_from(line)
    }

    /// The arguments for `cargo build`, beside the target and the packages.
    pub fn for_cargo(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.features.is_empty() {
            words.extend(["--features".into(), self.features.join(",")]);
        }
        if let Some(jobs) = self.jobs {
            words.extend(["--jobs".into(), jobs.to_string()]);
        }
        let flags = [
            (self.no_default_features, "--no-default-features"),
            (self.offline, "--offline"),
            (self.verbose, "--verbose"),
            (self.quiet, "--quiet"),
        ];
        words.extend(flags.iter().filter(|(on, _)| *on).map(|(_, flag)| (*flag).to_owned()));
        words.extend(self.cargo_args.iter().cloned());
        words
    }
}
