//! What all benches of a keeper can be asked for.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use latchkey_bench_figures::Output;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;

/// Options of every bench.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// The cars' keys follow from it
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Where the measured programs are, built as they are shipped [default: beside this one]
    #[arg(long, value_name = "DIRECTORY")]
    pub programs: Option<PathBuf>,

    #[command(flatten)]
    pub output: Output,
}

impl Common {
    /// A measured program.
    pub fn program(&self, name: &str) -> Result<PathBuf> {
        let path = match &self.programs {
            Some(directory) => directory.join(name),
            None => env::current_exe()?.with_file_name(name),
        };
        ensure!(path.exists(), "{} is missing: run this by `cargo xtask bench`", path.display());
        Ok(path)
    }

    /// What is measured.
    pub async fn versions(&self, rpc: &RpcClient) -> Result<String> {
        let node = rpc.get_version().await.context("the validator does not tell its version")?;
        let built = if self.programs.as_deref().is_some_and(|directory| directory.ends_with("release")) {
            "optimised as they are shipped"
        } else {
            "not optimised"
        };
        let own = env!("CARGO_PKG_VERSION");
        Ok(format!(
            "latchkey-keeper and latchkey-device {own}, {built}; Agave {} on the same cores",
            node.solana_core
        ))
    }
}
