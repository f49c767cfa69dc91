//! The keeper under test: a process of its own, what it used, and the calls that it made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_harness::process::{Process, Spec};
use latchkey_harness::story::{Chain as _, ChainExt as _};
use latchkey_link::key_file;
use serde::Serialize;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tempfile::TempDir;

use crate::setup::Common;
use crate::usage::Usage;
use crate::world::World;

/// When the keeper sends what must not come early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    /// When the chain's clock has reached the time
    Thrifty,
    /// So that it executes in the first block whose clock has reached the time
    Eager,
}

impl Timing {
    /// As the configuration names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Thrifty => "thrifty",
            Self::Eager => "eager",
        }
    }
}

/// A keeper that runs.
pub struct BenchKeeper {
    process: Process,
    _directory: TempDir,
    pub address: Pubkey,
    /// Its lamports before its first transaction.
    pub lamports: u64,
}

impl BenchKeeper {
    /// Starts a keeper for the world's lender. Returns once it has read everything.
    pub async fn start(
        world: &World,
        common: &Common,
        timing: Timing,
        locks_per_hour: usize,
    ) -> Result<Self> {
        let directory = TempDir::new()?;
        let keypair = Keypair::new();
        let address = keypair.pubkey();
        world.chain.airdrop(&address, 1_000 * LAMPORTS_PER_SOL).await?;
        write_key(&directory.path().join("keeper.json"), &keypair)?;
        write_key(&directory.path().join("command.json"), &world.parties.command_key)?;
        let config = directory.path().join("keeper.toml");
        fs::write(&config, configuration(world, timing, locks_per_hour))?;
        let lamports = world.chain.lamports(&address).await?;
        let mut process = Spec::new("latchkey-keeper", common.program("latchkey-keeper")?, directory.path())
            .args(["run", "--config"])
            .arg(&config)
            .env(
                "RUST_LOG",
                "warn,latchkey_keeper::calls=info,latchkey_keeper::ingest=info,latchkey_keeper::landing=info",
            )
            .start()?;
        process.line("read everything", Duration::from_mins(1)).await?;
        Ok(Self { process, _directory: directory, address, lamports })
    }

    /// Fails if it has ended.
    pub fn alive(&mut self) -> Result<()> {
        self.process.alive()
    }

    /// What it has used so far.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.process.id())
    }

    /// Stops it, and returns the calls that it made, by method, and what it logged.
    pub async fn stop(mut self) -> Result<(Calls, String)> {
        self.process.terminate(Duration::from_secs(40)).await?;
        let log = self.process.output();
        let line =
            log.lines().find(|line| line.contains("calls made:")).context("the keeper told no calls")?;
        Ok((Calls::parse(line), log))
    }

    /// The end of its log.
    pub fn tail(&self) -> String {
        self.process.tail()
    }
}

/// RPC calls by method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Calls(BTreeMap<String, u64>);

impl Calls {
    fn parse(line: &str) -> Self {
        let counts = line.split_whitespace().filter_map(|word| {
            let (method, count) = word.split_once('=')?;
            Some((method.to_owned(), count.parse().ok().filter(|count| *count > 0)?))
        });
        Self(counts.collect())
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// In words.
    pub fn told(&self) -> String {
        self.0.iter().map(|(method, count)| format!("{count} {method}")).collect::<Vec<_>>().join(", ")
    }
}

fn configuration(world: &World, timing: Timing, locks_per_hour: usize) -> String {
    format!(
        r#"keypair = "keeper.json"
command_keys = ["command.json"]

[chain]
rpc_url = "http://127.0.0.1:{rpc}"
websocket_url = "ws://127.0.0.1:{websocket}"
timing = "{timing}"
max_priority_micro_lamports = 0

[broker]
host = "127.0.0.1"
port = {broker}

[work]
locks_per_hour = {locks_per_hour}
"#,
        rpc = world.localnet.rpc_port(),
        websocket = world.localnet.websocket_port(),
        timing = timing.name(),
        broker = world.broker.port(),
    )
}

fn write_key(path: &Path, key: &Keypair) -> Result<()> {
    Ok(key_file::write(path, &SigningKey::from_bytes(key.secret_bytes()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_from_the_keepers_line_and_those_never_made_are_left_out() {
        let line = "2026 INFO latchkey_keeper::calls: calls made: getAccountInfo=0 sendTransaction=4 isBlockhashValid=1";
        let calls = Calls::parse(line);
        assert_eq!((calls.total(), calls.told().as_str()), (5, "1 isBlockhashValid, 4 sendTransaction"));
    }
}
