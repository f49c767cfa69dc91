//! Everything of the program, read by kind: a node answers a filtered list sooner than one list of all, and each list has
//! its own limit.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use latchkey::state::{Escrow, Function, Invocation, Lender, Loan, Vehicle};
use latchkey_client::accounts::decode_as;
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::Response;

use super::accounts::{Listed, slice};
use crate::core::{RawAccount, Snapshot};
use crate::ledger::LedgerError;
use crate::nodes::{BATCH, Method, Nodes};

/// What the keeper needs, the parties before what refers to them.
const KINDS: [&[u8]; 6] = [
    Lender::DISCRIMINATOR,
    Function::DISCRIMINATOR,
    Vehicle::DISCRIMINATOR,
    Loan::DISCRIMINATOR,
    Escrow::DISCRIMINATOR,
    Invocation::DISCRIMINATOR,
];

/// Reads everything but the wallets. It counts as of the oldest of the slots at which its parts were read: what it lacks
/// and is known since then is not taken for closed.
pub(super) async fn read(nodes: &Nodes) -> Result<Snapshot, LedgerError> {
    let mut snapshot = Snapshot { slot: u64::MAX, ..Snapshot::default() };
    for kind in KINDS {
        let part = list(nodes, kind).await?;
        snapshot.slot = snapshot.slot.min(part.context.slot);
        snapshot.accounts.extend(part.value.into_iter().map(|listed| (listed.pubkey, listed.account)));
    }
    snapshot.token_programs = token_programs(nodes, &snapshot.accounts).await?;
    Ok(snapshot)
}

/// A lender and its functions.
pub(crate) struct Party {
    pub key: Pubkey,
    pub lender: Lender,
    pub functions: Vec<Function>,
}

/// Reads the lenders and their functions. What another version of the program wrote is skipped.
pub(crate) async fn parties(nodes: &Nodes) -> Result<Vec<Party>, LedgerError> {
    let mut parties: BTreeMap<Pubkey, Party> = BTreeMap::new();
    for Listed { pubkey: key, account } in list(nodes, Lender::DISCRIMINATOR).await?.value {
        if let Ok(lender) = decode_as("lender", &account.data) {
            parties.insert(key, Party { key, lender, functions: Vec::new() });
        }
    }
    for Listed { account, .. } in list(nodes, Function::DISCRIMINATOR).await?.value {
        let Ok(function) = decode_as::<Function>("function", &account.data) else { continue };
        if let Some(party) = parties.get_mut(&function.lender) {
            party.functions.push(function);
        }
    }
    Ok(parties.into_values().collect())
}

async fn list(nodes: &Nodes, kind: &[u8]) -> Result<Response<Vec<Listed>>, LedgerError> {
    let filter =
        json!({ "memcmp": { "offset": 0, "bytes": bs58::encode(kind).into_string(), "encoding": "base58" } });
    let config = json!({
        "encoding": "base64",
        "commitment": "confirmed",
        "withContext": true,
        "filters": [filter],
    });
    Ok(nodes.ask_for_list(Method::GetProgramAccounts, json!([latchkey::ID.to_string(), config])).await?)
}

/// The token program of each lender's mint: who owns it, without its data.
async fn token_programs(
    nodes: &Nodes,
    accounts: &[(Pubkey, RawAccount)],
) -> Result<Vec<(Pubkey, Pubkey)>, LedgerError> {
    let lenders = accounts.iter().filter(|(_, account)| account.data.starts_with(Lender::DISCRIMINATOR));
    let mints: BTreeSet<Pubkey> = lenders
        .filter_map(|(_, account)| Some(decode_as::<Lender>("lender", &account.data).ok()?.mint))
        .collect();
    let mints: Vec<Pubkey> = mints.into_iter().collect();
    let mut owners = Vec::with_capacity(mints.len());
    for batch in mints.chunks(BATCH) {
        let keys: Vec<String> = batch.iter().map(ToString::to_string).collect();
        let asked = nodes
            .ask::<Response<Vec<Option<UiAccount>>>>(Method::GetMultipleAccounts, json!([keys, slice(0, 0)]));
        let (read, _) = asked.await?;
        for (mint, account) in batch.iter().zip(read.value) {
            if let Some(account) = account {
                let owner =
                    account.owner.parse().map_err(|_| LedgerError::Malformed("an invalid address"))?;
                owners.push((*mint, owner));
            }
        }
    }
    Ok(owners)
}
