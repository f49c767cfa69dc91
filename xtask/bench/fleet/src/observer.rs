//! Notes when things become visible on the chain, through subscriptions of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anchor_lang::Discriminator as _;
use anyhow::{Context as _, Result, ensure};
use futures::StreamExt as _;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::state::Vehicle;
use latchkey_client::{PROGRAM_ID, Pubkey};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_sdk::clock::Clock;
use solana_sdk::sysvar;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// When a vehicle was first seen in a state.
pub type Times = HashMap<Pubkey, Instant>;

/// What was seen. A lock is asked for in the transaction that declares the default: both become visible at once.
#[derive(Default)]
pub struct Seen {
    /// The clock at `processed`: the first of each second.
    clock: Vec<(i64, Instant)>,
    /// A lock was asked for, at `processed` and at `confirmed`.
    pub requested: Times,
    pub leased: Times,
    /// The lock is proven and paid for, at `processed` and at `confirmed`.
    pub settled: Times,
    pub confirmed: Times,
}

impl Seen {
    /// When the clock was first seen to have reached `unix`.
    pub fn reached(&self, unix: i64) -> Option<Instant> {
        self.clock.iter().find(|(shown, _)| *shown >= unix).map(|(_, at)| *at)
    }
}

/// A watcher. It ends when it is dropped.
pub struct Observer {
    seen: Arc<Mutex<Seen>>,
    tasks: Vec<JoinHandle<Result<()>>>,
}

impl Observer {
    /// Watches the validator whose websocket is at `port`. Returns once it is subscribed.
    pub async fn start(port: u16) -> Result<Self> {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let url = format!("ws://127.0.0.1:{port}");
        let mut tasks = Vec::new();
        for level in [CommitmentConfig::processed(), CommitmentConfig::confirmed()] {
            let (ready, is_ready) = oneshot::channel();
            tasks.push(tokio::spawn(watch_vehicles(url.clone(), level, Arc::clone(&seen), ready)));
            timeout(Duration::from_secs(10), is_ready).await.context("no subscription")??;
        }
        tasks.push(tokio::spawn(watch_clock(url, Arc::clone(&seen))));
        Ok(Self { seen, tasks })
    }

    /// Looks at what was seen so far.
    pub fn look<T>(&self, at: impl FnOnce(&Seen) -> T) -> T {
        at(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fails if a subscription has ended.
    pub fn alive(&self) -> Result<()> {
        ensure!(
            !self.tasks.iter().any(JoinHandle::is_finished),
            "the validator ended a subscription of the bench"
        );
        Ok(())
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn watch_clock(url: String, seen: Arc<Mutex<Seen>>) -> Result<()> {
    let client = PubsubClient::new(url).await?;
    let config = account_config(CommitmentConfig::processed());
    let (mut clocks, _) = client.account_subscribe(&sysvar::clock::ID, Some(config)).await?;
    while let Some(clock) = clocks.next().await {
        let now = Instant::now();
        let data = clock.value.data.decode().context("a clock without data")?;
        let unix = bincode::deserialize::<Clock>(&data)?.unix_timestamp;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.clock.last().is_none_or(|(shown, _)| *shown < unix) {
            seen.clock.push((unix, now));
        }
    }
    Ok(())
}

async fn watch_vehicles(
    url: String,
    level: CommitmentConfig,
    seen: Arc<Mutex<Seen>>,
    ready: oneshot::Sender<()>,
) -> Result<()> {
    let client = PubsubClient::new(url).await?;
    let kind = Vehicle::DISCRIMINATOR.to_vec();
    let config = RpcProgramAccountsConfig {
        account_config: account_config(level),
        filters: Some(vec![RpcFilterType::Memcmp(Memcmp::new_raw_bytes(0, kind))]),
        ..RpcProgramAccountsConfig::default()
    };
    let (mut updates, _) = client.program_subscribe(&PROGRAM_ID, Some(config)).await?;
    let _ = ready.send(());
    while let Some(update) = updates.next().await {
        let now = Instant::now();
        let data = update.value.account.data.decode().context("an account without data")?;
        let vehicle: Vehicle = decode_as("vehicle", &data)?;
        let key: Pubkey = update.value.pubkey.parse()?;
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Seen { requested, leased, settled, confirmed, .. } = &mut *seen;
        let (asked, locked) = if level.is_confirmed() { (leased, confirmed) } else { (requested, settled) };
        if vehicle.last_seq_asked > 0 {
            asked.entry(key).or_insert(now);
        }
        if vehicle.lock.is_locked {
            locked.entry(key).or_insert(now);
        }
    }
    Ok(())
}

fn account_config(level: CommitmentConfig) -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(level),
        ..RpcAccountInfoConfig::default()
    }
}
