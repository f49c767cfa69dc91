//! The methods, and how the ledger answers them. Everything that has happened is confirmed at once.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use serde_json::{Value, json};
use solana_rpc_client_api::config::RpcProgramAccountsConfig;
use solana_rpc_client_api::filter::RpcFilterType;
use solana_sdk::account::Account;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};
use solana_transaction_status_client_types::UiTransactionError;

use crate::ledger::Svm;

/// How many blocks after its blockhash a transaction can land.
const LIFETIME_BLOCKS: u64 = 150;

/// The answer to one request.
pub fn answer(svm: &Svm, request: &Value) -> Value {
    let id = &request["id"];
    let method = request["method"].as_str().unwrap_or_default();
    match call(svm, method, &request["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => {
            let error = json!({ "code": -32_602, "message": format!("{method}: {error:#}") });
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
    }
}

fn call(svm: &Svm, method: &str, params: &Value) -> Result<Value> {
    let slot = svm.slot();
    // As of the same "slot" as for a keeper in this process.
    let version = svm.version();
    let with_context = |value: Value| json!({ "context": { "slot": version }, "value": value });
    Ok(match method {
        "getVersion" => json!({ "solana-core": "4.2.2", "feature-set": 0 }),
        "getHealth" => json!("ok"),
        "getGenesisHash" => json!(Hash::default().to_string()),
        "getSlot" | "getBlockHeight" => json!(slot),
        "getLatestBlockhash" => with_context(json!({
            "blockhash": svm.latest_blockhash().to_string(),
            "lastValidBlockHeight": slot + LIFETIME_BLOCKS,
        })),
        "isBlockhashValid" => {
            let asked = params[0].as_str().context("a blockhash is missing")?;
            with_context(json!(asked == svm.latest_blockhash().to_string()))
        }
        "getMinimumBalanceForRentExemption" => {
            let bytes = params[0].as_u64().context("a length is missing")?;
            json!(svm.rent(usize::try_from(bytes)?))
        }
        "getAccountInfo" => with_context(account(svm, &address(&params[0])?)),
        "getMultipleAccounts" => {
            let asked = params[0].as_array().context("addresses are missing")?;
            let found: Result<Vec<Value>> =
                asked.iter().map(|asked| Ok(account(svm, &address(asked)?))).collect();
            with_context(json!(found?))
        }
        "getProgramAccounts" => program_accounts(svm, params)?,
        "simulateTransaction" => {
            with_context(simulate(svm, &transaction(&params[0])?, &params[1]["accounts"]["addresses"])?)
        }
        "sendTransaction" => {
            let transaction = transaction(&params[0])?;
            let signature = transaction.signatures[0];
            // What is refused is found by its status, as with a node that skips its own checks.
            let _ = svm.send(transaction);
            json!(signature.to_string())
        }
        "requestAirdrop" => {
            let lamports = params[1].as_u64().context("lamports are missing")?;
            svm.airdrop(&address(&params[0])?, lamports)?;
            json!(Signature::default().to_string())
        }
        "getSignatureStatuses" => {
            let asked = params[0].as_array().context("signatures are missing")?;
            let found: Result<Vec<Value>> = asked.iter().map(|asked| status(svm, asked, slot)).collect();
            with_context(json!(found?))
        }
        other => bail!("this node does not know the method {other}"),
    })
}

fn address(text: &Value) -> Result<Pubkey> {
    text.as_str().and_then(|text| text.parse().ok()).with_context(|| format!("{text} is not an address"))
}

fn transaction(text: &Value) -> Result<Transaction> {
    let text = text.as_str().context("a transaction is missing")?;
    let bytes = STANDARD.decode(text).context("the transaction is not base64")?;
    bincode::deserialize(&bytes).context("these bytes are no transaction")
}

fn account(svm: &Svm, address: &Pubkey) -> Value {
    svm.account(address).as_ref().map_or(Value::Null, account_json)
}

fn account_json(account: &Account) -> Value {
    json!({
        "lamports": account.lamports,
        "data": [STANDARD.encode(&account.data), "base64"],
        "owner": account.owner.to_string(),
        "executable": account.executable,
        "rentEpoch": account.rent_epoch,
        "space": account.data.len(),
    })
}

fn program_accounts(svm: &Svm, params: &Value) -> Result<Value> {
    let config: RpcProgramAccountsConfig = serde_json::from_value(params[1].clone())?;
    let passes = |account: &Account| {
        config.filters.iter().flatten().all(|filter| match filter {
            RpcFilterType::DataSize(size) => account.data.len() as u64 == *size,
            RpcFilterType::Memcmp(compare) => compare.bytes_match(&account.data),
            RpcFilterType::TokenAccountState => false,
        })
    };
    let accounts = svm.program_accounts(&address(&params[0])?).into_iter();
    let found = accounts.filter(|(_, account)| passes(account)).map(
        |(address, account)| json!({ "pubkey": address.to_string(), "account": account_json(&account) }),
    );
    Ok(found.collect())
}

/// `watched` are the accounts whose state afterwards is asked for, if any are.
fn simulate(svm: &Svm, transaction: &Transaction, watched: &Value) -> Result<Value> {
    let simulated = svm.simulate(transaction);
    let (meta, error, after) = match simulated {
        Ok(simulated) => (simulated.meta, None, simulated.post_accounts),
        Err(failed) => (failed.meta, Some(failed.err), Vec::new()),
    };
    let after: HashMap<Pubkey, Account> =
        after.into_iter().map(|(address, account)| (address, account.into())).collect();
    let shown = |asked: &Value| {
        let address = address(asked)?;
        let account = after.get(&address).cloned().or_else(|| svm.account(&address));
        Ok(account.filter(|account| account.lamports > 0).as_ref().map_or(Value::Null, account_json))
    };
    let accounts: Option<Vec<Value>> =
        watched.as_array().map(|watched| watched.iter().map(shown).collect::<Result<_>>()).transpose()?;
    Ok(json!({
        "err": error_json(error),
        "logs": meta.logs,
        "accounts": accounts,
        "unitsConsumed": meta.compute_units_consumed,
        "returnData": null,
    }))
}

/// An airdrop has a signature of zeros, and has always landed.
fn status(svm: &Svm, asked: &Value, slot: u64) -> Result<Value> {
    let signature: Signature = asked
        .as_str()
        .and_then(|text| text.parse().ok())
        .with_context(|| format!("{asked} is not a signature"))?;
    let error = if signature == Signature::default() {
        None
    } else {
        match svm.record(&signature) {
            Some(record) => record.error,
            None => return Ok(Value::Null),
        }
    };
    let outcome = error
        .clone()
        .map_or_else(|| json!({ "Ok": null }), |error| json!({ "Err": error_json(Some(error)) }));
    Ok(json!({
        "slot": slot,
        "confirmations": null,
        "err": error_json(error),
        "status": outcome,
        "confirmationStatus": "finalized",
    }))
}

fn error_json(error: Option<TransactionError>) -> Value {
    error.map_or(Value::Null, |error| json!(UiTransactionError::from(error)))
}
