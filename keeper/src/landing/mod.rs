//! Lands transactions: signs them, sends them to every node or straight to the coming leaders, and finds out how each ended.
//!
//! One task, `desk/`, owns the fate of every signature. Statuses are asked for many at a time, and at once when a
//! subscription tells that a transaction may have landed. "Unknown" is never taken for "not sent": the same bytes go out
//! again until they land, or until a node that has seen the end of their blockhash does not know them.

mod blockhash;
mod calls;
mod desk;
mod fees;
mod flight;
mod forecast;
mod leaders;
mod outlay;
mod sign;
mod simulation;
mod units;

use std::sync::{Arc, Mutex};

use anchor_lang::prelude::Pubkey;
use latchkey_client::errors::Refusal;
use solana_sdk::instruction::InstructionError;
use solana_sdk::signature::Keypair;
use solana_sdk::transaction::TransactionError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::core::{Intent, Lane, Verdict};
use crate::ingest::{ChainTime, Seen};
use crate::ledger::{ChainConfig, Landing};
use crate::nodes::{AccountReader, CallError, Nodes};
pub use outlay::{UnsafeTransaction, check_outlay, keeps_at_least};
pub use sign::sign;

/// Why a transaction was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotSent {
    #[error("the receipt does not decode")]
    BadReceipt(#[from] latchkey_client::protocol::DecodeError),
    #[error(transparent)]
    Unsafe(#[from] UnsafeTransaction),
    #[error("it is longer than a transaction may be")]
    TooLong,
    #[error("no node answers")]
    Outage(#[source] CallError),
    #[error("no node tells a blockhash")]
    NoBlockhash,
    #[error("the program would refuse it: {0}")]
    WouldFail(String),
}

impl NotSent {
    const fn verdict(&self) -> Verdict {
        match self {
            Self::WouldFail(_) => Verdict::Failed,
            Self::BadReceipt(_) | Self::Unsafe(_) | Self::TooLong => Verdict::NotSent,
            Self::Outage(_) | Self::NoBlockhash => Verdict::Outage,
        }
    }
}

/// An error; a refusal by the program in the program's own words.
fn described(error: &TransactionError) -> String {
    match error {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => Refusal(*code).to_string(),
        other => other.to_string(),
    }
}

/// What landing works with.
pub struct LandingSetup {
    pub config: ChainConfig,
    pub nodes: Arc<Nodes>,
    pub reader: AccountReader,
    pub keeper: Keypair,
    /// They pay for what needs no signature of the keeper.
    pub fee_payers: Vec<Keypair>,
    pub clock: watch::Receiver<ChainTime>,
    pub seen: mpsc::UnboundedReceiver<Seen>,
    /// Tells ingest which accounts a transaction has closed.
    pub closed: Arc<Mutex<Vec<Pubkey>>>,
}

/// What is asked of the desk.
enum Order {
    Land { intent: Box<Intent>, reply: oneshot::Sender<Landing> },
    Cancel { vehicle: Pubkey, lane: Lane },
}

/// Lands transactions until it is dropped.
pub struct Lander(mpsc::UnboundedSender<Order>);

impl Lander {
    /// Must be called within a Tokio runtime.
    pub fn start(setup: LandingSetup) -> Self {
        let (orders, receiver) = mpsc::unbounded_channel();
        tokio::spawn(desk::run(setup, receiver));
        Self(orders)
    }

    /// Sends a transaction, and returns how it ended.
    pub async fn land(&self, intent: Intent) -> Landing {
        let (reply, landing) = oneshot::channel();
        let _ = self.0.send(Order::Land { intent: Box::new(intent), reply });
        landing.await.unwrap_or(Landing::new(Verdict::Outage, None))
    }

    /// Drops a transaction that was not sent yet.
    pub fn cancel(&self, vehicle: Pubkey, lane: Lane) {
        let _ = self.0.send(Order::Cancel { vehicle, lane });
    }
}
