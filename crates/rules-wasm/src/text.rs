//! How values look in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Terms;
use serde::{Deserialize, Deserializer, Serializer};

/// An amount as decimal text.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub fn amount<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// An amount as decimal text, or null.
#[allow(clippy::ref_option, reason = "serde passes references")]
pub fn maybe<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// An amount from decimal text.
pub fn read_amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Bytes from base64.
pub fn read_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// An address from base58.
pub fn read_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pubkey, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Addresses from base58.
pub fn read_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pubkey>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
}

/// Terms from base64 of how Borsh has them.
pub fn read_terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Terms, D::Error> {
    borsh::from_slice(&read_bytes(deserializer)?).map_err(serde::de::Error::custom)
}

/// Amounts from decimal texts.
pub fn read_amounts<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u64; N], D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let amounts: Result<Vec<u64>, _> = texts.iter().map(|text| text.parse()).collect();
    let amounts = amounts.map_err(serde::de::Error::custom)?;
    amounts.try_into().map_err(|_| serde::de::Error::custom(format!("there are {N} amounts")))
}

/// An amount from decimal text, or null.
pub fn read_maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}
