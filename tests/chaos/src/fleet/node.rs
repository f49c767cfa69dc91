//! What a node answers by RPC, as of the slot that it has reached.

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use serde_json::{Value, json};
use solana_sdk::account::Account;
use solana_sdk::clock::Clock;
use solana_sdk::signature::Signature;
use solana_sdk::sysvar;
use solana_sdk::transaction::{Transaction, TransactionError};
use solana_transaction_status_client_types::UiTransactionError;

use super::audit;
use super::chain::Chain;

/// How far a node has come, and what it tells of the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Slots that it lags behind.
    pub lag: u64,
    pub clock: TellsTime,
    /// Slots by which accounts are older than it says.
    pub stale: u64,
    pub lists_no_calls: bool,
}

/// What a node says the time is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TellsTime {
    #[default]
    Right,
    /// Off by so many seconds.
    Off(i64),
    /// Always this.
    Stuck(i64),
}

impl View {
    /// The newest slot that the node has seen, and the newest that is confirmed for it.
    pub fn processed(self, chain: &Chain) -> u64 {
        chain.slot().saturating_sub(self.lag)
    }

    pub fn confirmed(self, chain: &Chain) -> u64 {
        chain.confirmed().saturating_sub(self.lag)
    }

    /// The Clock sysvar as of a slot.
    pub fn clock(self, chain: &Chain, slot: u64) -> Account {
        let unix_timestamp = match self.clock {
            TellsTime::Right => chain.unix(slot),
            TellsTime::Off(secs) => chain.unix(slot) + secs,
            TellsTime::Stuck(unix) => unix,
        };
        let clock = Clock { slot, unix_timestamp, ..Clock::default() };
        let data = bincode::serialize(&clock).unwrap_or_default();
        Account { lamports: 1, data, owner: sysvar::ID, executable: false, rent_epoch: 0 }
    }

    fn account(self, chain: &Chain, key: &Pubkey, slot: u64) -> Option<Account> {
        if *key == sysvar::clock::ID {
            Some(self.clock(chain, slot))
        } else {
            chain.account(key, slot.saturating_sub(self.stale))
        }
    }
}

/// What a node says that has not reached the slot.
pub const BEHIND: &str = "Minimum context slot has not been reached";

/// Answers a call; a transaction is the caller's to send.
pub fn answer(chain: &mut Chain, view: View, method: &str, params: &Value) -> Result<Value> {
    let config = params.as_array().and_then(|params| params.last()).unwrap_or(&Value::Null);
    let is_processed = config["commitment"] == "processed";
    let slot = if is_processed { view.processed(chain) } else { view.confirmed(chain) };
    if config["minContextSlot"].as_u64().is_some_and(|least| slot < least) {
        bail!(BEHIND);
    }
    let as_of = |slot: u64, value: Value| json!({ "context": { "slot": slot }, "value": value });
    let slice = &config["dataSlice"];
    let account = |chain: &Chain, key: &Value| -> Result<Value> {
        let account = view.account(chain, &address(key)?, slot);
        Ok(account.map_or(Value::Null, |account| account_json(&account, slice)))
    };
    Ok(match method {
        "getLatestBlockhash" => {
            let hash = chain.blockhash(slot).to_string();
            as_of(slot, json!({ "blockhash": hash, "lastValidBlockHeight": slot + 150 }))
        }
        "isBlockhashValid" => {
            let hash =
                params[0].as_str().and_then(|hash| hash.parse().ok()).context("a blockhash is missing")?;
            as_of(slot, json!(chain.is_valid(&hash, slot)))
        }
        "getMinimumBalanceForRentExemption" => {
            let bytes = params[0].as_u64().context("a length is missing")?;
            json!(chain.svm().rent(usize::try_from(bytes)?))
        }
        "getRecentPrioritizationFees" => json!([]),
        "getAccountInfo" => as_of(slot, account(chain, &params[0])?),
        "getMultipleAccounts" => {
            let keys = params[0].as_array().context("addresses are missing")?;
            as_of(slot, keys.iter().map(|key| account(chain, key)).collect::<Result<_>>()?)
        }
        "getProgramAccounts" => {
            let kind = config["filters"][0]["memcmp"]["bytes"].as_str().context("a filter is missing")?;
            let kind = bs58::decode(kind).into_vec()?;
            let found = chain
                .program_accounts(slot.saturating_sub(view.stale))
                .filter(|(_, account)| account.data.starts_with(&kind))
                .filter(|(_, account)| !view.lists_no_calls || audit::open(account).is_none());
            as_of(slot, found.map(|(key, account)| keyed(&key, &account)).collect())
        }
        "getSignatureStatuses" => {
            let asked = params[0].as_array().context("signatures are missing")?;
            let (seen, confirmed) = (view.processed(chain), view.confirmed(chain));
            as_of(seen, asked.iter().map(|signature| status(chain, signature, seen, confirmed)).collect())
        }
        "simulateTransaction" => as_of(view.processed(chain), simulate(chain, &transaction(&params[0])?)),
        other => bail!("this node does not know the method {other}"),
    })
}

/// What a node in slot `seen` knows of a signature.
fn status(chain: &Chain, signature: &Value, seen: u64, confirmed: u64) -> Value {
    let landed = signature.as_str().and_then(|signature| chain.landed(signature));
    let Some(landed) = landed.filter(|landed| landed.slot <= seen) else { return Value::Null };
    let error = error_json(landed.error.as_ref());
    let outcome = if landed.error.is_some() { json!({ "Err": error }) } else { json!({ "Ok": null }) };
    let level = if landed.slot <= confirmed { "confirmed" } else { "processed" };
    json!({
        "slot": landed.slot, "confirmations": 1, "err": error, "status": outcome, "confirmationStatus": level,
    })
}

fn simulate(chain: &Chain, transaction: &Transaction) -> Value {
    let payer = transaction.message.account_keys.first().copied().unwrap_or_default();
    let before = chain.svm().account(&payer).map_or(0, |account| account.lamports);
    match chain.svm().simulate(transaction) {
        Ok(simulated) => {
            let after = simulated.post_accounts.iter().find(|(key, _)| *key == payer);
            let after = after.map_or(before, |(_, account)| Account::from(account.clone()).lamports);
            json!({
                "err": null, "logs": [], "unitsConsumed": simulated.meta.compute_units_consumed,
                "preBalances": [before], "postBalances": [after],
            })
        }
        Err(failed) => json!({ "err": error_json(Some(&failed.err)), "logs": [], "unitsConsumed": 0 }),
    }
}

fn error_json(error: Option<&TransactionError>) -> Value {
    error.map_or(Value::Null, |error| json!(UiTransactionError::from(error.clone())))
}

/// A transaction as a call carries it.
pub fn transaction(text: &Value) -> Result<Transaction> {
    let bytes = STANDARD.decode(text.as_str().context("a transaction is missing")?)?;
    bincode::deserialize(&bytes).context("these bytes are no transaction")
}

/// The signature of a transaction as a call carries it.
pub fn signature(transaction: &Transaction) -> String {
    transaction.signatures.first().map(Signature::to_string).unwrap_or_default()
}

/// An address and its account.
pub fn keyed(key: &Pubkey, account: &Account) -> Value {
    json!({ "pubkey": key.to_string(), "account": account_json(account, &Value::Null) })
}

/// An account, or the part of it that was asked for.
pub fn account_json(account: &Account, slice: &Value) -> Value {
    let number = |name: &str| slice[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let data = match (number("offset"), number("length")) {
        (Some(offset), Some(length)) => account.data.get(offset..offset + length).unwrap_or_default(),
        _ => &account.data[..],
    };
    json!({
        "lamports": account.lamports, "data": [STANDARD.encode(data), "base64"],
        "owner": account.owner.to_string(), "executable": false, "rentEpoch": 0, "space": account.data.len(),
    })
}

/// An address as a call carries it.
pub fn address(text: &Value) -> Result<Pubkey> {
    text.as_str().and_then(|text| text.parse().ok()).with_context(|| format!("{text} is not an address"))
}
