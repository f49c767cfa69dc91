//! The chain as the keeper works it: watched for changes, and sent transactions.
//!
//! [`rpc`] is the adapter for any cluster. Tests and the demo bring one for a ledger in their own process.

pub mod rpc;
mod transaction;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::core::{Event, Intent, Update};

pub use transaction::{UnsafeTransaction, sign};

/// A chain the keeper can work on.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Tells all there is, then whatever changes, until nobody listens any more. Lost connections are made again, and
    /// what was missed meanwhile is told.
    async fn watch(&self, events: mpsc::Sender<Event>);

    /// Brings the transaction to its fate, and reads again what it touched.
    async fn land(&self, intent: Intent) -> Fate;

    /// What an account of that many bytes must hold to exist, lamports.
    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError>;
}

/// What became of a transaction.
#[derive(Debug)]
pub struct Fate {
    /// Whether it landed and succeeded. Otherwise it failed, was refused before it was sent, or can no longer land.
    pub succeeded: bool,
    /// What it touched, read since its fate was known; `None` if that could not be read.
    pub seen: Option<Update>,
}

/// The ledger did not answer, or not sensibly.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The node.
    #[error("the node did not answer: check rpc_url and the node")]
    Rpc(#[from] Box<solana_rpc_client_api::client_error::Error>),
    /// The node's websocket.
    #[error("the node's websocket failed: check websocket_url and the node")]
    Websocket(#[from] Box<solana_pubsub_client::nonblocking::pubsub_client::PubsubClientError>),
    /// A subscription ended.
    #[error("the node ended a subscription")]
    Ended,
    /// A node that stands still.
    #[error("the node has told no new time for {0} s")]
    Stalled(u64),
    /// An answer that makes no sense.
    #[error("the node's answer makes no sense: {0}")]
    Nonsense(&'static str),
}

impl From<solana_rpc_client_api::client_error::Error> for LedgerError {
    fn from(error: solana_rpc_client_api::client_error::Error) -> Self {
        Self::Rpc(Box::new(error))
    }
}

impl From<solana_pubsub_client::nonblocking::pubsub_client::PubsubClientError> for LedgerError {
    fn from(error: solana_pubsub_client::nonblocking::pubsub_client::PubsubClientError) -> Self {
        Self::Websocket(Box::new(error))
    }
}
