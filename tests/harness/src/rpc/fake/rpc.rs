//! A fake node's answers by HTTP.

use std::future::pending;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use serde_json::{Value, json};
use solana_sdk::hash::Hash;
use solana_sdk::sysvar;
use solana_sdk::transaction::Transaction;

use super::chain::{Ending, FakeAccount, State};
use super::{Faults, Shared};
use crate::rpc::http::Reply;

/// Who owns programs.
pub const LOADER: Pubkey = Pubkey::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
/// What rent a fake account costs, lamports.
const RENT: u64 = 2_000_000;

pub(super) async fn answer(shared: &Shared, request: &Value) -> Reply {
    let method = request["method"].as_str().unwrap_or_default().to_owned();
    if let Ok(mut calls) = shared.calls.lock() {
        calls.push((method.clone(), request["params"].clone()));
    }
    let faults = shared.faults().clone();
    if faults.silent.contains(method.as_str()) {
        return pending().await;
    }
    if let Some(secs) = faults.limited.get(method.as_str()) {
        let headers = format!("retry-after: {secs}\r\n");
        return Reply { status: "429 Too Many Requests", headers, body: b"slow down".to_vec() };
    }
    if method == "getAccountInfo" {
        shared.faults().clock_off_once = 0;
    }
    let result = call(&mut shared.chain.lock(), &faults, &method, &request["params"]);
    Reply::ok(&match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }),
        Err(error) => {
            let message = format!("{error:#}");
            let code = if message == BEHIND { -32_016 } else { -32_601 };
            let error = json!({ "code": code, "message": message });
            json!({ "jsonrpc": "2.0", "id": request["id"], "error": error })
        }
    })
}

/// What a node says that has not reached the slot.
const BEHIND: &str = "Minimum context slot has not been reached";

fn call(state: &mut State, faults: &Faults, method: &str, params: &Value) -> Result<Value> {
    let slot = state.slot.saturating_sub(faults.lag);
    let least = params[1]["minContextSlot"].as_u64().filter(|_| !faults.ignores_slot);
    if least.is_some_and(|least| slot < least) {
        bail!(BEHIND);
    }
    let with_context = |value: Value| json!({ "context": { "slot": slot }, "value": value });
    let slice = &params[1]["dataSlice"];
    Ok(match method {
        "getLatestBlockhash" => {
            let hash = Hash::new_unique().to_string();
            state.blockhashes.insert(hash.clone(), slot);
            with_context(json!({ "blockhash": hash, "lastValidBlockHeight": slot + state.lifetime }))
        }
        "getGenesisHash" => json!(if faults.other_cluster { "other" } else { "genesis" }),
        // Block heights are slots here: who compares one with a last valid block height is wrong.
        "getSlot" | "getBlockHeight" => json!(slot),
        "isBlockhashValid" => {
            let hash = params[0].as_str().context("a blockhash is missing")?;
            with_context(json!(
                state.blockhashes.get(hash).is_some_and(|given| given + state.lifetime >= slot)
            ))
        }
        "getMinimumBalanceForRentExemption" => json!(RENT),
        "getRecentPrioritizationFees" => json!([]),
        "getAccountInfo" => {
            let key = address(&params[0])?;
            let off = faults.clock_off + faults.clock_off_once;
            with_context(account(state, &key, slice, off))
        }
        "getMultipleAccounts" => {
            let keys = params[0].as_array().context("addresses are missing")?;
            let found: Result<Vec<Value>> =
                keys.iter().map(|key| Ok(account(state, &address(key)?, slice, faults.clock_off))).collect();
            with_context(json!(found?))
        }
        "getProgramAccounts" => with_context(program_accounts(state, params)?),
        "sendTransaction" => json!(send(state, faults, &params[0])?),
        "simulateTransaction" => {
            let mut result = json!({ "err": null, "logs": [], "unitsConsumed": 10_000 });
            if !faults.no_balances {
                result["preBalances"] = json!([1_000_000, 1]);
                result["postBalances"] = json!([990_000, 1]);
            }
            with_context(result)
        }
        "getSignatureStatuses" => {
            let asked = params[0].as_array().context("signatures are missing")?;
            with_context(asked.iter().map(|signature| status(state, signature, slot)).collect())
        }
        other => bail!("this node does not know the method {other}"),
    })
}

/// What a node in this slot knows of a signature.
fn status(state: &State, signature: &Value, slot: u64) -> Value {
    let landed = signature.as_str().and_then(|signature| state.landed.get(signature));
    let Some((at, succeeded)) = landed.filter(|(at, _)| *at <= slot) else { return Value::Null };
    let error = if *succeeded { Value::Null } else { json!("AccountNotFound") };
    let outcome = if *succeeded { json!({ "Ok": null }) } else { json!({ "Err": "AccountNotFound" }) };
    // A block is confirmed by the next one.
    let level = if *at < slot { "confirmed" } else { "processed" };
    json!({ "slot": at, "confirmations": 1, "err": error, "status": outcome, "confirmationStatus": level })
}

fn send(state: &mut State, faults: &Faults, wire: &Value) -> Result<String> {
    let bytes = STANDARD.decode(wire.as_str().context("a transaction is missing")?)?;
    let transaction: Transaction = bincode::deserialize(&bytes).context("these bytes are no transaction")?;
    let signature = transaction.signatures[0].to_string();
    if state.landed.contains_key(&signature) {
        return Ok(signature);
    }
    transaction.verify().context("its signature is wrong")?;
    let blockhash = transaction.message.recent_blockhash.to_string();
    let is_valid =
        state.blockhashes.get(&blockhash).is_some_and(|given| given + state.lifetime >= state.slot);
    let lost = faults.loses_transactions || state.ending == Ending::Lost || !is_valid;
    if !lost {
        let keys = transaction.message.account_keys.clone();
        let succeeds = state.execute(transaction);
        let slot = state.slot;
        state.landed.insert(signature.clone(), (slot, succeeds));
        if succeeds {
            for key in &keys {
                if let Some(account) = state.accounts.get_mut(key) {
                    account.slot = slot;
                }
            }
        }
    }
    Ok(signature)
}

fn program_accounts(state: &State, params: &Value) -> Result<Value> {
    let program = address(&params[0])?;
    let filter = params[1]["filters"][0]["memcmp"]["bytes"].as_str().context("a filter is missing")?;
    let kind = bs58::decode(filter).into_vec()?;
    let accounts = state.accounts.iter();
    let found = accounts.filter(|(_, account)| account.owner == program && account.data.starts_with(&kind));
    Ok(found
        .map(|(key, account)| json!({ "pubkey": key.to_string(), "account": account_json(account, &Value::Null) }))
        .collect())
}

fn account(state: &mut State, key: &Pubkey, slice: &Value, clock_off: i64) -> Value {
    if *key == sysvar::clock::ID {
        return clock_json(state, clock_off);
    }
    state.asked.insert(*key);
    let account = match &state.svm {
        Some(svm) => svm.account(key).map(|account| FakeAccount {
            owner: account.owner,
            lamports: account.lamports,
            data: account.data,
            slot: state.slot,
        }),
        None => state.accounts.get(key).cloned(),
    };
    account.map_or(Value::Null, |account| account_json(&account, slice))
}

/// The Clock sysvar, wrong by `off` seconds.
pub(super) fn clock_json(state: &State, off: i64) -> Value {
    let clock = FakeAccount { owner: sysvar::ID, lamports: 1, data: state.clock(off), slot: state.slot };
    account_json(&clock, &Value::Null)
}

pub(super) fn account_json(account: &FakeAccount, slice: &Value) -> Value {
    let number = |name: &str| slice[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let data = match (number("offset"), number("length")) {
        (Some(offset), Some(length)) => account.data.get(offset..offset + length).unwrap_or_default(),
        _ => &account.data[..],
    };
    json!({
        "lamports": account.lamports,
        "data": [STANDARD.encode(data), "base64"],
        "owner": account.owner.to_string(),
        "executable": account.owner == LOADER,
        "rentEpoch": 0,
        "space": account.data.len(),
    })
}

fn address(text: &Value) -> Result<Pubkey> {
    text.as_str().and_then(|text| text.parse().ok()).with_context(|| format!("{text} is not an address"))
}
