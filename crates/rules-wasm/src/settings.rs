//! What a lender changes of itself and its cars: which rule refuses it, before it is signed.

use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey_client::latchkey::state::{Action, Lender, Loan, Vehicle};
use latchkey_client::settings;
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered, refusal};
use crate::text;

#[derive(Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Question {
    /// Another authority is nominated.
    Nominate {
        #[serde(deserialize_with = "text::read_bytes")]
        lender: Vec<u8>,
        #[serde(deserialize_with = "text::read_key")]
        nominee: Pubkey,
    },
    /// Another allow-list.
    Keepers {
        #[serde(deserialize_with = "text::read_keys")]
        keepers: Vec<Pubkey>,
    },
    /// A function is offered.
    Function(Offer),
    /// A car: each of its changes.
    Vehicle {
        #[serde(deserialize_with = "text::read_bytes")]
        vehicle: Vec<u8>,
        /// The loan that it secures.
        loan: Option<Base64>,
        /// The device key that would take over.
        #[serde(deserialize_with = "text::read_key")]
        device_key: Pubkey,
        now: i64,
    },
}

#[derive(Deserialize)]
pub struct Base64(#[serde(deserialize_with = "text::read_bytes")] Vec<u8>);

#[derive(Deserialize)]
pub struct Offer {
    /// As accounts count actions, from 0.
    action: usize,
    #[serde(deserialize_with = "text::read_amount")]
    fee: u64,
    #[serde(deserialize_with = "text::read_amount")]
    bond: u64,
    lease_secs: u32,
    ttl_secs: u32,
    required: u8,
    command_keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(deserialize_with = "text::read_key")]
    key: Pubkey,
    uri: String,
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum View {
    One { refused: Option<Refused> },
    Vehicle { retire: Option<Refused>, distrust: Option<Refused>, rotate: Option<Refused> },
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let one = |ruled| Ok(View::One { refused: refusal(ruled) });
    match question {
        Question::Nominate { lender, nominee } => {
            let lender: Lender = decode_as("lender", lender)?;
            one(settings::nominate(&lender, *nominee))
        }
        Question::Keepers { keepers } => one(settings::admit(keepers)),
        Question::Function(offer) => {
            let action = Action::ALL.get(offer.action).copied().unwrap_or(Action::Unlock);
            one(settings::check_offer(action, &offer.args()))
        }
        Question::Vehicle { vehicle, loan, device_key, now } => {
            let vehicle: Vehicle = decode_as("vehicle", vehicle)?;
            let loan: Option<Loan> =
                loan.as_ref().map(|Base64(bytes)| decode_as("loan", bytes)).transpose()?;
            Ok(View::Vehicle {
                retire: refusal(settings::retire(&vehicle)),
                distrust: refusal(settings::distrust(&vehicle)),
                rotate: refusal(settings::rotate_device(&vehicle, loan.as_ref(), *device_key, *now)),
            })
        }
    }
}

impl Offer {
    fn args(&self) -> SetFunctionArgs {
        let command_keys =
            self.command_keys.iter().map(|Key { key, uri }| CommandKey { key: *key, uri: uri.clone() });
        SetFunctionArgs {
            fee: self.fee,
            bond: self.bond,
            lease_secs: self.lease_secs,
            ttl_secs: self.ttl_secs,
            required: self.required,
            command_keys: command_keys.collect(),
            code_hash: [0; 32],
        }
    }
}
