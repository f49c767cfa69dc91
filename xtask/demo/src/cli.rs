//! The command line.

use clap::{Parser, ValueEnum};

/// Watch the life of a loan: paid, missed, locked, cured, unlocked, paid off
///
/// The logs of keeper, function and car are shown if something fails, and all along if `RUST_LOG` is set.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask demo", version)]
pub struct Cli {
    /// The ledger
    #[arg(long, value_enum, default_value_t)]
    pub cluster: Cluster,

    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
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
