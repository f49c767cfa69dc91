//! Any cluster, through its nodes' RPC and websockets.
//!
//! The websockets make the keeper fast. Snapshots, on a timer and after every outage, keep it correct. Both are merged by
//! slot.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use latchkey_function::{ChainAccount, ChainReader, ReadError};
use latchkey_link::http::reqwest;
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::sync::{mpsc, watch};

use super::{ChainConfig, Landing, Ledger, LedgerError};
use crate::core::{Event, Intent, Lane};
use crate::ingest::{ChainTime, Ingest, Tellers, Wanted};
use crate::landing::{Lander, LandingSetup};
use crate::nodes::{AccountReader, Method, Network, Nodes, ReadFailure, Transport};

/// How far a reading at `confirmed` may be behind the newest block of which a Clock was told, slots.
const MOST_BEHIND: u64 = 16;

/// A cluster, through its nodes.
pub struct RpcLedger {
    ingest: Ingest,
    lander: Lander,
    time: watch::Receiver<ChainTime>,
    wanted: watch::Sender<Wanted>,
}

impl RpcLedger {
    /// A ledger that signs with `keeper`; `fee_payers` pay for transactions that need no signature of the keeper. It opens
    /// no connection yet. Must be called within a Tokio runtime.
    pub fn new(
        config: ChainConfig,
        keeper: Keypair,
        fee_payers: Vec<Keypair>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self::through(Arc::new(Network::new()?), config, keeper, fee_payers))
    }

    /// The same, with nodes that are reached in another way.
    pub fn through(
        transport: Arc<dyn Transport>,
        config: ChainConfig,
        keeper: Keypair,
        fee_payers: Vec<Keypair>,
    ) -> Self {
        let nodes = Arc::new(Nodes::new(config.rpc_url.each(), config.max_body_bytes, transport));
        let reader = AccountReader::new(Arc::clone(&nodes));
        let (clock, time) = watch::channel(ChainTime::default());
        let (seen, told) = mpsc::unbounded_channel();
        let (wanted, wants) = watch::channel(None);
        let closed = Arc::new(Mutex::new(Vec::new()));
        let ingest = Ingest {
            keeper: keeper.pubkey(),
            nodes: Arc::clone(&nodes),
            reader: reader.clone(),
            tellers: Arc::new(Tellers::new(config.websocket_url.each())),
            clock,
            seen,
            wanted: wants,
            closed: Arc::clone(&closed),
            config: config.clone(),
        };
        let lander = Lander::start(LandingSetup {
            config,
            nodes,
            reader,
            keeper,
            fee_payers,
            clock: time.clone(),
            seen: told,
            closed,
        });
        Self { ingest, lander, time, wanted }
    }

    /// The keeper's address.
    pub fn keeper(&self) -> Pubkey {
        self.ingest.keeper
    }

    /// The nodes, and the calls made to each.
    pub fn nodes(&self) -> &Arc<Nodes> {
        &self.ingest.nodes
    }

    /// The websockets, and how often each was the first to tell.
    pub fn tellers(&self) -> &Tellers {
        &self.ingest.tellers
    }

    /// What accounts hold, lamports, in their order; 0 for one that does not exist.
    pub async fn balances(&self, addresses: Vec<Pubkey>) -> Result<Vec<u64>, ReadFailure> {
        let read = self.ingest.reader.read(addresses, 0).await?;
        Ok(read.accounts.into_iter().map(|account| account.map_or(0, |account| account.lamports)).collect())
    }

    /// The chain as car functions read it, through the same nodes. Reads at the same time share a call.
    pub fn reader(&self) -> RpcReader {
        RpcReader(self.ingest.reader.clone())
    }
}

#[async_trait]
impl Ledger for RpcLedger {
    async fn watch(&self, events: mpsc::Sender<Event>) {
        self.ingest.clone().run(events).await;
    }

    async fn land(&self, intent: Intent) -> Landing {
        self.lander.land(intent).await
    }

    fn cancel(&self, vehicle: Pubkey, lane: Lane) {
        self.lander.cancel(vehicle, lane);
    }

    fn watch_wallets(&self, wallets: &[(Pubkey, bool)]) {
        self.wanted.send_modify(|wanted| {
            let wanted = wanted.get_or_insert_with(BTreeSet::new);
            for (wallet, watch) in wallets {
                if *watch {
                    wanted.insert(*wallet)
                } else {
                    wanted.remove(wallet)
                };
            }
        });
    }

    fn recent_slot(&self) -> u64 {
        self.time.borrow().slot.saturating_sub(MOST_BEHIND)
    }

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError> {
        Ok(self.ingest.nodes.ask(Method::GetMinimumBalanceForRentExemption, json!([bytes])).await?.0)
    }
}

/// The chain as the car functions read it.
pub struct RpcReader(AccountReader);

#[async_trait]
impl ChainReader for RpcReader {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        self.read_since(addresses, 0).await
    }

    async fn read_since(
        &self,
        addresses: &[Pubkey],
        slot: u64,
    ) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let read = self.0.read(addresses.to_vec(), slot).await.map_err(|failure| match failure {
            ReadFailure::Behind(slot) => ReadError::Behind(slot),
            failure => ReadError::new(failure),
        })?;
        let decoded = |account: UiAccount| {
            let owner = account.owner.parse().ok()?;
            Some(ChainAccount { owner, data: account.data.decode()? })
        };
        let account = |account| {
            decoded(account).ok_or_else(|| ReadError::new("the node sent an account that does not decode"))
        };
        read.accounts.into_iter().map(|found| found.map(account).transpose()).collect()
    }
}
