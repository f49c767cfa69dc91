//! The calls that landing makes, each in a task of its own that reports to the desk.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde_json::json;
use solana_client::rpc_response::Response;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::Transaction;
use solana_transaction_status_client_types::TransactionStatus;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::NotSent;
use super::leaders::Leaders;
use super::simulation::simulate;
use crate::core::{Intent, Update};
use crate::ingest::{owned, raw};
use crate::ledger::LedgerError;
use crate::nodes::{AccountReader, CallError, Limits, Method, Node, Nodes};
use latchkey_client::accounts::decode_token_account;

/// The most statuses that one call can ask for.
pub(super) const STATUSES: usize = 256;
/// Transactions that are being handed to one node at once.
const SENDS: usize = 64;
const SEND: Limits = Limits { time: Duration::from_secs(4), bytes: 1 << 20 };
/// Attempts to read the accounts that a transaction touched, so far apart.
const READS: u32 = 20;
const READ_PAUSE: Duration = Duration::from_millis(400);
/// How long all of them may take.
const READ_LIMIT: Duration = Duration::from_secs(15);

/// Which copy of which transaction.
pub(super) type Copy = (u64, usize);

/// What a call found out.
pub(super) enum Report {
    Simulated {
        id: u64,
        result: Result<u32, NotSent>,
    },
    Accepted(Copy),
    /// What a node knew of each copy, as of a slot. `None` if no node answered.
    Statuses {
        copies: Vec<Copy>,
        with_history: bool,
        answer: Option<(u64, Vec<Option<TransactionStatus>>)>,
    },
    /// A blockhash is not valid any more, from a slot on.
    Expired {
        blockhash: Hash,
        slot: u64,
    },
    Touched {
        id: u64,
        update: Option<Update>,
    },
    Rent(u64),
}

/// Makes calls.
#[derive(Clone)]
pub(super) struct Calls {
    nodes: Arc<Nodes>,
    reader: AccountReader,
    reports: mpsc::UnboundedSender<Report>,
    sends: Vec<Arc<Semaphore>>,
    leaders: Option<Leaders>,
}

impl Calls {
    pub fn new(
        nodes: Arc<Nodes>,
        reader: AccountReader,
        reports: mpsc::UnboundedSender<Report>,
        leaders: Option<Leaders>,
    ) -> Self {
        let sends = nodes.each().iter().map(|_| Arc::new(Semaphore::new(SENDS))).collect();
        Self { nodes, reader, reports, sends, leaders }
    }

    /// Hands a copy to the coming leaders if the operator wants that, and else to every node; so too if no leader takes it.
    pub fn send(&self, copy: Copy, wire: &str) {
        if !self.send_to_leaders(copy, wire, true) {
            self.send_to_nodes(copy, wire);
        }
    }

    /// Hands a copy that may have been lost to everyone who may bring it into a block.
    pub fn send_again(&self, copy: Copy, wire: &str) {
        self.send_to_leaders(copy, wire, false);
        self.send_to_nodes(copy, wire);
    }

    /// Whether it goes to the leaders.
    fn send_to_leaders(&self, copy: Copy, wire: &str, or_to_nodes: bool) -> bool {
        let (Some(leaders), Ok(bytes)) = (self.leaders.clone(), STANDARD.decode(wire)) else { return false };
        let (calls, wire) = (self.clone(), wire.to_owned());
        tokio::spawn(async move {
            if leaders.send(&bytes).await {
                let _ = calls.reports.send(Report::Accepted(copy));
            } else if or_to_nodes {
                calls.send_to_nodes(copy, &wire);
            }
        });
        true
    }

    fn send_to_nodes(&self, copy: Copy, wire: &str) {
        let config = json!({ "encoding": "base64", "skipPreflight": true, "maxRetries": 0 });
        let params = json!([wire, config]);
        for (node, sends) in self.nodes.each().iter().zip(&self.sends) {
            let (node, sends, params) = (Arc::clone(node), Arc::clone(sends), params.clone());
            let reports = self.reports.clone();
            tokio::spawn(async move {
                let Ok(_permit) = sends.acquire().await else { return };
                match hand(&node, params).await {
                    Ok(()) => _ = reports.send(Report::Accepted(copy)),
                    Err(error) => debug!(error = &error as &dyn Error, "a node did not take the transaction"),
                }
            });
        }
    }

    pub fn simulate(&self, id: u64, draft: Transaction, max_outlay: u64) {
        let (nodes, reports) = (Arc::clone(&self.nodes), self.reports.clone());
        tokio::spawn(async move {
            let result = simulate(&nodes, &draft, max_outlay).await;
            let _ = reports.send(Report::Simulated { id, result });
        });
    }

    /// Asks for at most [`STATUSES`].
    pub fn statuses(&self, copies: Vec<Copy>, signatures: &[Signature], with_history: bool) {
        let signatures: Vec<String> = signatures.iter().map(ToString::to_string).collect();
        let (nodes, reports) = (Arc::clone(&self.nodes), self.reports.clone());
        tokio::spawn(async move {
            let params = json!([signatures, { "searchTransactionHistory": with_history }]);
            let asked =
                nodes.ask::<Response<Vec<Option<TransactionStatus>>>>(Method::GetSignatureStatuses, params);
            let answer = match asked.await {
                Ok((read, _)) => Some((read.context.slot, read.value)),
                Err(error) => {
                    debug!(error = &error as &dyn Error, "no node tells statuses");
                    None
                }
            };
            let _ = reports.send(Report::Statuses { copies, with_history, answer });
        });
    }

    /// Asks whether a blockhash that was read at `slot` is still valid. Block heights are not asked for: one provider
    /// returns the slot instead.
    pub fn check_blockhash(&self, blockhash: Hash, slot: u64) {
        let (nodes, reports) = (Arc::clone(&self.nodes), self.reports.clone());
        tokio::spawn(async move {
            let params =
                json!([blockhash.to_string(), { "commitment": "confirmed", "minContextSlot": slot }]);
            match nodes.ask::<Response<bool>>(Method::IsBlockhashValid, params).await {
                // A node that has not seen the slot at which it was read knows nothing of it.
                Ok((read, _)) if !read.value && read.context.slot >= slot => {
                    let _ = reports.send(Report::Expired { blockhash, slot: read.context.slot });
                }
                Ok(_) => {}
                Err(error) => {
                    debug!(error = &error as &dyn Error, "no node tells whether a blockhash is valid");
                }
            }
        });
    }

    /// Reads the accounts that a transaction touched. A node may lag behind the one that confirmed it.
    pub fn touched(&self, id: u64, intent: &Intent, slot: u64) {
        let (reader, reports) = (self.reader.clone(), self.reports.clone());
        let (keys, wallet) = (intent.touches(), intent.keys.wallet);
        tokio::spawn(async move {
            let reading = async {
                for _ in 0..READS {
                    match read_touched(&reader, &keys, wallet, slot).await {
                        Ok(update) => return Some(update),
                        Err(error) => debug!(error = &*error, "not read yet"),
                    }
                    sleep(READ_PAUSE).await;
                }
                None
            };
            let update = timeout(READ_LIMIT, reading).await.ok().flatten();
            let _ = reports.send(Report::Touched { id, update });
        });
    }

    /// Asks what rent an account of this size costs.
    pub fn rent(&self, bytes: usize) {
        let (nodes, reports) = (Arc::clone(&self.nodes), self.reports.clone());
        tokio::spawn(async move {
            let asked = nodes.ask::<u64>(Method::GetMinimumBalanceForRentExemption, json!([bytes]));
            if let Ok((lamports, _)) = asked.await {
                let _ = reports.send(Report::Rent(lamports));
            }
        });
    }
}

async fn hand(node: &Node, params: serde_json::Value) -> Result<(), CallError> {
    node.call::<IgnoredAny>(Method::SendTransaction, params, SEND).await.map(|_| ())
}

async fn read_touched(
    reader: &AccountReader,
    keys: &[Pubkey],
    wallet: Pubkey,
    slot: u64,
) -> Result<Update, Box<dyn Error + Send + Sync>> {
    let addresses = keys.iter().copied().chain([wallet]).collect();
    let mut read = reader.read(addresses, slot).await?;
    let malformed = LedgerError::Malformed("account data that does not decode");
    let wallet_account = read.accounts.pop().flatten();
    let amount = match wallet_account {
        Some(account) => {
            decode_token_account(&raw(&account).ok_or(malformed)?.data).map_or(0, |wallet| wallet.amount)
        }
        None => 0,
    };
    let accounts = keys.iter().zip(&read.accounts).map(|(key, account)| Ok((*key, owned(account.as_ref())?)));
    let accounts = accounts.collect::<Result<_, LedgerError>>()?;
    Ok(Update { slot: read.slot, accounts, wallets: vec![(wallet, amount)] })
}
