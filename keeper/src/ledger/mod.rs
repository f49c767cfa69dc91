//! The chain as the keeper uses it: it watches accounts and lands transactions.
//!
//! [`RpcLedger`] is the adapter for any cluster. Tests and the demo bring one for a ledger in their own process.

mod config;
mod rpc;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::core::{Event, Intent, Lane, Update, Verdict};
pub use crate::landing::{UnsafeTransaction, sign};
use crate::nodes::CallError;

pub use config::{Addresses, ChainConfig, SendTo, Timing};
pub use rpc::{RpcLedger, RpcReader};

/// A chain that the keeper watches and sends transactions to.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Sends a snapshot and then every change, until the receiver is dropped. Reconnects when a connection is lost, and
    /// then sends what was missed.
    async fn watch(&self, events: mpsc::Sender<Event>);

    /// Sends the transaction, once the chain's time has reached [`Intent::due`], until it has landed or no longer can. Then
    /// reads the accounts that it touched.
    async fn land(&self, intent: Intent) -> Landing;

    /// Drops the vehicle's transaction in this lane if it was not sent yet: it ends with [`Verdict::Cancelled`].
    fn cancel(&self, vehicle: Pubkey, lane: Lane);

    /// Reports every change of these car wallets at once (`true`), or no longer (`false`).
    fn watch_wallets(&self, wallets: &[(Pubkey, bool)]);

    /// The slot that whoever reads the chain before a warning or a lock must have reached; 0 for a ledger that cannot lag.
    fn recent_slot(&self) -> u64 {
        0
    }

    /// The rent-exempt minimum of an account of `bytes` bytes, lamports.
    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError>;
}

/// How a transaction ended.
#[derive(Debug)]
pub struct Landing {
    pub verdict: Verdict,
    /// The accounts that it touched, read after it ended; `None` if they could not be read.
    pub touched: Option<Update>,
    /// What the network took for it, lamports: every copy that landed, though it failed. Rent and bonds come back, and are not
    /// in it.
    pub fees: u64,
    /// Why it did not succeed, for the operator.
    pub reason: Option<String>,
}

impl Landing {
    /// One that cost nothing, and of which there is nothing else to say.
    pub const fn new(verdict: Verdict, touched: Option<Update>) -> Self {
        Self { verdict, touched, fees: 0, reason: None }
    }
}

/// Why the ledger could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("no node answers: check rpc_url and the nodes")]
    Rpc(#[from] CallError),
    #[error("the node sent a malformed answer: {0}")]
    Malformed(&'static str),
}
