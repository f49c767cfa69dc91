//! Any cluster, through one node's RPC and websocket.
//!
//! The websocket makes the keeper fast. Snapshots, on a timer and after every reconnect, keep it correct. Both are merged
//! by slot.

mod compute_budget;
mod landing;
mod read;
mod simulation;
mod watch;

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use latchkey_function::{ChainAccount, ChainReader, ReadError};
use latchkey_link::redacted::RedactedError;
use serde::{Deserialize, Serialize};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::sync::mpsc;

use super::{Landing, Ledger, LedgerError};
use crate::core::{Event, Intent, Lane};

/// Timeout of a call to the node.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How to reach the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RpcConfig {
    pub rpc_url: String,
    /// The node's websocket address. It is not derived from `rpc_url`, because providers differ.
    pub websocket_url: String,
    /// Pause between snapshots, seconds.
    #[serde(default = "defaults::resync_secs")]
    pub resync_secs: u64,
    /// Reconnect if the node's clock has not advanced for this long, seconds.
    #[serde(default = "defaults::stall_secs")]
    pub stall_secs: u64,
    /// Priority fee, micro-lamports per compute unit.
    #[serde(default)]
    pub priority_micro_lamports: u64,
    /// The most one transaction may cost the keeper (bond, rent and fees), lamports. A transaction that would cost more
    /// is not sent.
    #[serde(default = "defaults::max_outlay_lamports")]
    pub max_outlay_lamports: u64,
}

mod defaults {
    pub(super) const fn resync_secs() -> u64 {
        30
    }

    pub(super) const fn stall_secs() -> u64 {
        15
    }

    pub(super) const fn max_outlay_lamports() -> u64 {
        100_000_000
    }
}

/// A cluster, through one node.
pub struct RpcLedger {
    rpc: RpcClient,
    config: RpcConfig,
    keeper: Keypair,
    /// Transactions built so far, which makes the bytes of each unique.
    sent: AtomicU32,
}

impl RpcLedger {
    /// A ledger that signs with `keeper`. It opens no connection yet.
    pub fn new(config: RpcConfig, keeper: Keypair) -> Self {
        Self { rpc: client(&config.rpc_url), config, keeper, sent: AtomicU32::new(0) }
    }

    /// The keeper's address.
    pub fn keeper(&self) -> Pubkey {
        self.keeper.pubkey()
    }
}

#[async_trait]
impl Ledger for RpcLedger {
    async fn watch(&self, events: mpsc::Sender<Event>) {
        watch::keep(self, &events).await;
    }

    async fn land(&self, intent: Intent) -> Landing {
        landing::land(self, &intent).await
    }

    // Every transaction is sent as soon as it is due, and every wallet is watched.
    fn cancel(&self, _vehicle: Pubkey, _lane: Lane) {}

    fn watch_wallets(&self, _wallets: &[(Pubkey, bool)]) {}

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError> {
        Ok(self.rpc.get_minimum_balance_for_rent_exemption(bytes).await?)
    }
}

/// The chain as the car functions read it, through one node.
pub struct RpcReader(RpcClient);

impl RpcReader {
    /// Reads through the node at `rpc_url`.
    pub fn new(rpc_url: &str) -> Self {
        Self(client(rpc_url))
    }
}

#[async_trait]
impl ChainReader for RpcReader {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let accounts = self
            .0
            .get_multiple_accounts(addresses)
            .await
            .map_err(|error| ReadError::new(RedactedError::new(&error)))?;
        let chain =
            |account: solana_sdk::account::Account| ChainAccount { owner: account.owner, data: account.data };
        Ok(accounts.into_iter().map(|account| account.map(chain)).collect())
    }
}

fn client(rpc_url: &str) -> RpcClient {
    RpcClient::new_with_timeout_and_commitment(
        rpc_url.to_owned(),
        CALL_TIMEOUT,
        CommitmentConfig::confirmed(),
    )
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use solana_sdk::pubkey::Pubkey;

    use super::*;

    /// The text of an error and of all its causes.
    fn told(error: &dyn Error) -> String {
        let causes = error.source().map(told).unwrap_or_default();
        format!("{error} {error:?}\n{causes}")
    }

    #[tokio::test]
    async fn a_key_in_a_nodes_address_is_in_no_error() {
        // Nothing listens on this port.
        let node = |scheme: &str| format!("{scheme}://SECRET@127.0.0.1:9/SECRET?api-key=SECRET");
        let config = RpcConfig {
            rpc_url: node("http"),
            websocket_url: node("ws"),
            resync_secs: 1,
            stall_secs: 1,
            priority_micro_lamports: 0,
            max_outlay_lamports: 0,
        };
        let reader = RpcReader::new(&config.rpc_url);
        let ledger = RpcLedger::new(config, Keypair::new());
        let rent = ledger.rent_exempt(1).await.unwrap_err();
        let (events, _receiver) = mpsc::channel(1);
        let watched = watch::session(&ledger, &events).await.unwrap_err();
        let read = reader.read(&[Pubkey::default()]).await.unwrap_err();
        for error in [&rent as &dyn Error, &watched, &read] {
            let told = told(error);
            assert!(!told.contains("SECRET"), "{told}");
        }
        assert!(told(&rent).contains("127.0.0.1:9"), "{}", told(&rent));
    }
}
