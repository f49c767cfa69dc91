//! Reads accounts for everybody who asks, many askers in one call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::Response;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::{CallError, Method, Nodes};

/// The most accounts that one call can read.
pub const BATCH: usize = 100;
/// How long the first asker waits for others.
const GATHER: Duration = Duration::from_millis(2);

/// Accounts as of one slot, in the order in which they were asked for; `None` for one that does not exist.
#[derive(Clone, Debug)]
pub struct AccountsAt {
    pub slot: u64,
    pub accounts: Vec<Option<UiAccount>>,
}

/// Why accounts could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadFailure {
    #[error(transparent)]
    Call(Arc<CallError>),
    #[error("no node has reached slot {0}")]
    Behind(u64),
    #[error("the keeper is stopping")]
    Stopping,
}

struct Ask {
    keys: Vec<Pubkey>,
    slot: u64,
    reply: oneshot::Sender<Result<AccountsAt, ReadFailure>>,
}

/// Reads accounts at `confirmed`. Clones share their calls.
#[derive(Clone)]
pub struct AccountReader(mpsc::UnboundedSender<Ask>);

impl AccountReader {
    /// Must be called within a Tokio runtime.
    pub fn new(nodes: Arc<Nodes>) -> Self {
        let (sender, asks) = mpsc::unbounded_channel();
        tokio::spawn(serve(nodes, asks));
        Self(sender)
    }

    /// Reads at most [`BATCH`] accounts, all as of one slot that is `slot` or later.
    pub async fn read(&self, keys: Vec<Pubkey>, slot: u64) -> Result<AccountsAt, ReadFailure> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Ask { keys, slot, reply }).map_err(|_| ReadFailure::Stopping)?;
        answer.await.map_err(|_| ReadFailure::Stopping)?
    }
}

async fn serve(nodes: Arc<Nodes>, mut asks: mpsc::UnboundedReceiver<Ask>) {
    let mut next = None;
    loop {
        let first = match next.take() {
            Some(ask) => ask,
            None => match asks.recv().await {
                Some(ask) => ask,
                None => return,
            },
        };
        let mut batch = Batch::default();
        batch.add(first);
        let until = Instant::now() + GATHER;
        while let Ok(Some(ask)) = timeout_at(until, asks.recv()).await {
            if batch.has_place_for(&ask) {
                batch.add(ask);
            } else {
                next = Some(ask);
                break;
            }
        }
        tokio::spawn(batch.answer(Arc::clone(&nodes)));
    }
}

#[derive(Default)]
struct Batch {
    asks: Vec<Ask>,
    keys: Vec<Pubkey>,
    places: HashMap<Pubkey, usize>,
}

impl Batch {
    fn has_place_for(&self, ask: &Ask) -> bool {
        let new = ask.keys.iter().filter(|key| !self.places.contains_key(key)).count();
        self.keys.len() + new <= BATCH
    }

    fn add(&mut self, ask: Ask) {
        for key in &ask.keys {
            self.places.entry(*key).or_insert_with(|| {
                self.keys.push(*key);
                self.keys.len() - 1
            });
        }
        self.asks.push(ask);
    }

    /// Reads for all of them as of the latest slot that one of them asks for. Where no node has reached it, those that asked
    /// for less are served all the same.
    async fn answer(self, nodes: Arc<Nodes>) {
        let Self { mut asks, keys, places } = self;
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        while let Some(slot) = asks.iter().map(|ask| ask.slot).max() {
            let read = read(&nodes, &keys, slot).await;
            let served = match &read {
                Err(ReadFailure::Behind(_)) => asks.extract_if(.., |ask| ask.slot == slot).collect(),
                _ => std::mem::take(&mut asks),
            };
            for ask in served {
                let part = read.as_ref().map_err(Clone::clone).map(|read| AccountsAt {
                    slot: read.context.slot,
                    accounts: ask
                        .keys
                        .iter()
                        .map(|key| read.value.get(places[key]).cloned().flatten())
                        .collect(),
                });
                let _ = ask.reply.send(part);
            }
        }
    }
}

async fn read(
    nodes: &Nodes,
    keys: &[String],
    slot: u64,
) -> Result<Response<Vec<Option<UiAccount>>>, ReadFailure> {
    let mut config = json!({ "encoding": "base64", "commitment": "confirmed" });
    if slot > 0 {
        config["minContextSlot"] = slot.into();
    }
    nodes.ask_since(Method::GetMultipleAccounts, json!([keys, config]), slot).await.map_err(|error| {
        if error.is_behind() { ReadFailure::Behind(slot) } else { ReadFailure::Call(Arc::new(error)) }
    })
}
