//! Accounts as nodes send them.

use anchor_lang::prelude::Pubkey;
use serde_json::{Value, json};
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::RpcKeyedAccount;

use crate::core::RawAccount;
use crate::ledger::LedgerError;

/// Where a token account holds its amount, and how many bytes it has.
pub(crate) const AMOUNT: (usize, usize) = (64, 8);
/// Where the Clock sysvar holds the time.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// How a part of an account is read.
pub(crate) fn slice(offset: usize, length: usize) -> Value {
    json!({
        "encoding": "base64",
        "commitment": "confirmed",
        "dataSlice": { "offset": offset, "length": length },
    })
}

/// An account and its address, as a subscription or a list returns them.
pub(crate) fn keyed(account: &RpcKeyedAccount) -> Option<(Pubkey, RawAccount)> {
    Some((account.pubkey.parse().ok()?, raw(&account.account)?))
}

pub(crate) fn raw(account: &UiAccount) -> Option<RawAccount> {
    Some(RawAccount { data: account.data.decode()?, lamports: account.lamports })
}

/// What a car wallet holds, read as the [`AMOUNT`] alone. An account that is too short for one is no token account, and
/// holds nothing.
pub(crate) fn amount(account: &UiAccount) -> Option<u64> {
    let data = account.data.decode()?;
    Some(data.try_into().map_or(0, u64::from_le_bytes))
}

/// The time of a Clock sysvar.
pub(crate) fn unix_time(clock: &UiAccount) -> Option<i64> {
    let data = clock.data.decode()?;
    Some(i64::from_le_bytes(data.get(UNIX_TIMESTAMP)?.try_into().ok()?))
}

/// An account of the program; `None` for one that does not exist or is another's.
pub(crate) fn owned(account: Option<&UiAccount>) -> Result<Option<RawAccount>, LedgerError> {
    let program = latchkey::ID.to_string();
    let account = account.filter(|account| account.owner == program);
    account
        .map(|account| raw(account).ok_or(LedgerError::Malformed("account data that does not decode")))
        .transpose()
}
