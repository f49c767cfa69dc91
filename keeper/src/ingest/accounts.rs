//! Accounts as nodes send them.

use std::fmt;

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, IgnoredAny, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use solana_account_decoder_client_types::UiAccount;

use crate::core::RawAccount;
use crate::ledger::LedgerError;

/// Where a token account holds its amount, and how many bytes it has.
pub(crate) const AMOUNT: (usize, usize) = (64, 8);
/// Where the Clock sysvar holds the time.
const UNIX_TIMESTAMP: std::ops::Range<usize> = 32..40;

/// An account and its address, as a subscription or a list returns them. Lists are long: the account is decoded from the
/// text of the answer without a copy of it.
#[derive(Deserialize)]
pub(super) struct Listed {
    #[serde(deserialize_with = "read_address")]
    pub pubkey: Pubkey,
    #[serde(deserialize_with = "read_account")]
    pub account: RawAccount,
}

fn read_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pubkey, D::Error> {
    deserializer.deserialize_str(Text("an address", |text: &str| text.parse().ok()))
}

fn read_account<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RawAccount, D::Error> {
    #[derive(Deserialize)]
    struct Account {
        /// The data, and the name of its encoding.
        data: (Data, IgnoredAny),
        lamports: u64,
    }
    let Account { data: (Data(data), _), lamports } = Account::deserialize(deserializer)?;
    Ok(RawAccount { data, lamports })
}

/// Data in base64.
struct Data(Vec<u8>);

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let decode = |text: &str| STANDARD.decode(text).ok();
        deserializer.deserialize_str(Text("data in base64", decode)).map(Self)
    }
}

/// Reads a text where it stands. It has what is expected, and how to read that.
struct Text<F>(&'static str, F);

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let Self(expected, read) = self;
        read(text).ok_or_else(|| E::invalid_value(Unexpected::Other("other text"), &expected))
    }
}

/// How a part of an account is read.
pub(crate) fn slice(offset: usize, length: usize) -> Value {
    json!({
        "encoding": "base64",
        "commitment": "confirmed",
        "dataSlice": { "offset": offset, "length": length },
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Read from an answer's text and from a notification's value, which must agree.
    fn listed(pubkey: &str, data: &Value) -> Option<Listed> {
        let account = json!({ "data": data, "lamports": 7, "owner": pubkey, "executable": false,
            "rentEpoch": u64::MAX, "space": 3 });
        let value = json!({ "pubkey": pubkey, "account": account });
        let text = value.to_string();
        // A server may escape the slash that base64 has.
        let texts = [text.replace('/', "\\/"), text].map(|text| serde_json::from_str::<Listed>(&text).ok());
        let read = serde_json::from_value::<Listed>(value).ok();
        for other in texts {
            let parts =
                |listed: &Listed| (listed.pubkey, listed.account.data.clone(), listed.account.lamports);
            assert_eq!(other.as_ref().map(parts), read.as_ref().map(parts));
        }
        read
    }

    #[test]
    fn a_listed_account_is_read_and_what_is_none_is_refused() {
        let key = Pubkey::new_unique();
        let read = listed(&key.to_string(), &json!(["/+8=", "base64"])).unwrap();
        assert_eq!((read.pubkey, read.account.lamports), (key, 7));
        assert_eq!(read.account.data, [0xff, 0xef]);
        assert!(listed("no address", &json!(["/+8=", "base64"])).is_none());
        for data in [json!(["/+8", "base64"]), json!(["?", "base64"]), json!("/+8="), json!([])] {
            assert!(listed(&key.to_string(), &data).is_none(), "{data}");
        }
    }
}
