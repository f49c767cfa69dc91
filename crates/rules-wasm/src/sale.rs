//! The sale of a loan: what a seller and a buyer see before they sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::rules::schedule::last_due;
use latchkey_client::latchkey::state::{Function, Lender, Loan, Vehicle};
use latchkey_client::sale::ProposedSale;
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered, refusal};
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    vehicle: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    lender: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    buyer: Vec<u8>,
    #[serde(deserialize_with = "text::read_key")]
    buyer_address: Pubkey,
    /// The buyer's functions.
    #[serde(deserialize_with = "text::read_bytes")]
    warn: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    lock: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    unlock: Vec<u8>,
    /// The car's clock in its receipt of the buyer's keys; none while there is no receipt.
    device_time: Option<i64>,
    now: i64,
}

#[derive(Serialize)]
pub struct View {
    refused: Option<Refused>,
    /// What the car must have taken before; base64.
    keyring: String,
    /// The unlock keys that the loan pins afterwards, and the address where the first answers.
    unlock_keys: Vec<String>,
    unlock_uri: String,
    /// When the last instalment is due.
    last_due: i64,
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let vehicle: Vehicle = decode_as("vehicle", &question.vehicle)?;
    let seller: Lender = decode_as("lender", &question.lender)?;
    let buyer: Lender = decode_as("lender", &question.buyer)?;
    let [warn, lock, unlock]: [Function; 3] = [
        decode_as("function", &question.warn)?,
        decode_as("function", &question.lock)?,
        decode_as("function", &question.unlock)?,
    ];
    let sale = ProposedSale {
        loan: &loan,
        vehicle: &vehicle,
        seller: &seller,
        buyer: &buyer,
        buyer_address: question.buyer_address,
        warn: &warn,
        lock: &lock,
        unlock: &unlock,
    };
    let now = question.now;
    let sold = sale.sold()?;
    Ok(View {
        refused: refusal(sale.check(question.device_time.unwrap_or(now), now)),
        keyring: STANDARD.encode(sale.keyring().encode()),
        unlock_keys: sold.unlock_keys().map(|key| key.to_string()).collect(),
        last_due: last_due(&sold.terms),
        unlock_uri: sold.unlock_uri,
    })
}
