//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use latchkey_harness::function::Site;

/// Watch the life of a loan: paid, missed, locked, cured, unlocked, paid off
///
/// The logs of keeper, function and car are shown if something fails, and all along if `RUST_LOG` is set.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask demo", version)]
pub struct Cli {
    /// The ledger
    #[arg(long, value_enum, default_value_t)]
    pub cluster: Cluster,

    /// Where the car function runs
    #[arg(long, value_enum, default_value_t)]
    pub function: Function,

    /// Have two operators sign each lock, the second in a process of its own
    #[arg(long, conflicts_with = "cluster")]
    pub two_keys: bool,

    /// Serve the web page that was built into this directory, and leave the loan to whoever opens it; on a validator
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "two_keys")]
    pub app: Option<PathBuf>,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl Cli {
    /// The ledger: the page asks a validator.
    pub fn cluster(&self) -> Cluster {
        if self.app.is_some() { Cluster::Localnet } else { self.cluster }
    }
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
    /// The same for the testbed.
    pub fn site(self) -> Site {
        match self {
            Self::Embedded => Site::Embedded,
            Self::Http => Site::Http,
            Self::Lambda => Site::Lambda,
        }
    }
}
