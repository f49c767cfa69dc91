//! Starts reads by RPC, each in a task of its own that reports what it found.

use std::error::Error;
use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::Response;
use solana_sdk::sysvar;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::Merge;
use crate::core::{Snapshot, Update};
use crate::ingest::session::Told;
use crate::ingest::{ChainTime, Seen, accounts, owned, snapshot};
use crate::ledger::LedgerError;
use crate::nodes::{AccountReader, AccountsAt, BATCH, Method, Nodes};

/// What a task read by RPC.
pub(in crate::ingest) enum Find {
    Snapshot(Result<Snapshot, LedgerError>),
    Wallets(Option<Update>),
    Calls(Option<Update>),
}

impl Merge {
    pub(super) fn ask_clock(&self) {
        debug!("no new time by websocket: asking the nodes");
        let (nodes, told, sockets) = (Arc::clone(&self.ingest.nodes), self.told.clone(), self.sockets);
        tokio::spawn(async move {
            let params =
                json!([sysvar::clock::ID.to_string(), { "encoding": "base64", "commitment": "processed" }]);
            let answers = nodes.ask_all::<Response<UiAccount>>(Method::GetAccountInfo, &params).await;
            for (index, answer) in answers.into_iter().enumerate() {
                let read = match &answer {
                    Ok(read) => accounts::unix_time(&read.value).map(|unix| (read.context.slot, unix)),
                    Err(error) => {
                        debug!(error = error as &dyn Error, "a node does not tell the time");
                        None
                    }
                };
                if let Some((slot, unix)) = read {
                    let _ = told.send((sockets + index, Told::Clock(ChainTime { slot, unix }))).await;
                }
            }
        });
    }

    /// Reads the keeper's lamports: the subscription tells changes alone.
    pub(super) fn read_balance(&self) {
        let (reader, keeper, seen) =
            (self.ingest.reader.clone(), self.ingest.keeper, self.ingest.seen.clone());
        tokio::spawn(async move {
            match reader.read(vec![keeper], 0).await {
                Ok(AccountsAt { slot, accounts }) => {
                    if let Some(Some(account)) = accounts.first() {
                        let _ = seen.send(Seen::Balance { slot, lamports: account.lamports });
                    }
                }
                Err(error) => debug!(error = &error as &dyn Error, "the keeper's balance could not be read"),
            }
        });
    }

    pub(super) fn read_snapshot(&mut self) {
        (self.reading_snapshot, self.snapshot_at) = (true, None);
        let (nodes, found) = (Arc::clone(&self.ingest.nodes), self.found.clone());
        tokio::spawn(async move {
            let snapshot = snapshot::read(&nodes).await;
            let _ = found.send(Find::Snapshot(snapshot)).await;
        });
    }

    pub(super) fn read_wallets(&mut self) {
        while self.reads_of_wallets < 2 && !self.wallets_to_read.is_empty() {
            let batch: Vec<Pubkey> = self.wallets_to_read.iter().take(BATCH).copied().collect();
            for key in &batch {
                self.wallets_to_read.remove(key);
            }
            self.reads_of_wallets += 1;
            let (nodes, found) = (Arc::clone(&self.ingest.nodes), self.found.clone());
            tokio::spawn(async move {
                let read = balances(&nodes, &batch).await;
                let read =
                    read.inspect_err(|error| warn!(error = error as &dyn Error, "wallets could not be read"));
                let _ = found.send(Find::Wallets(read.ok())).await;
            });
        }
    }

    pub(super) fn check_calls(&mut self, now: Instant) {
        let due: Vec<(Pubkey, u64)> = self
            .checks
            .iter()
            .filter(|(_, (due, _))| now >= *due)
            .map(|(vehicle, (_, slot))| (*vehicle, *slot))
            .collect();
        for (vehicle, slot) in due {
            self.checks.remove(&vehicle);
            let calls = self.known.calls_before(&vehicle, slot);
            if calls.is_empty() {
                continue;
            }
            let (reader, found) = (self.ingest.reader.clone(), self.found.clone());
            tokio::spawn(async move {
                let _ = found.send(Find::Calls(calls_at(&reader, calls, slot).await)).await;
            });
        }
    }
}

/// Balances of wallets, 0 for one that does not exist.
async fn balances(nodes: &Nodes, wallets: &[Pubkey]) -> Result<Update, LedgerError> {
    let keys: Vec<String> = wallets.iter().map(ToString::to_string).collect();
    let (offset, length) = accounts::AMOUNT;
    let params = json!([keys, accounts::slice(offset, length)]);
    let (read, _) =
        nodes.ask::<Response<Vec<Option<UiAccount>>>>(Method::GetMultipleAccounts, params).await?;
    let amounts = wallets.iter().zip(&read.value).map(|(wallet, account)| {
        let amount = account.as_ref().map_or(Some(0), accounts::amount);
        Ok((*wallet, amount.ok_or(LedgerError::Malformed("a wallet that does not decode"))?))
    });
    Ok(Update {
        slot: read.context.slot,
        accounts: Vec::new(),
        wallets: amounts.collect::<Result<_, LedgerError>>()?,
    })
}

/// Open calls as of a slot, `None` for one that was closed.
async fn calls_at(reader: &AccountReader, calls: Vec<Pubkey>, slot: u64) -> Option<Update> {
    let mut accounts = Vec::with_capacity(calls.len());
    let mut oldest = u64::MAX;
    for batch in calls.chunks(BATCH) {
        let read = reader.read(batch.to_vec(), slot).await;
        let read = read
            .inspect_err(|error| debug!(error = error as &dyn Error, "open calls could not be read"))
            .ok()?;
        oldest = oldest.min(read.slot);
        for (key, account) in batch.iter().zip(&read.accounts) {
            accounts.push((*key, owned(account.as_ref()).ok()?));
        }
    }
    Some(Update { slot: oldest, accounts, wallets: Vec::new() })
}
