//! What a lender changes of itself and its cars: which rule refuses it, before it is signed.

use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey_client::latchkey::state::{Action, Lender, Loan, Vehicle};
use latchkey_client::settings;
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered, refusal};
use crate::text;

/// The rule that refuses one change, or nothing.
#[derive(Serialize)]
pub struct View {
    refused: Option<Refused>,
}

/// Another authority is nominated.
#[derive(Deserialize)]
pub struct Nomination {
    #[serde(deserialize_with = "text::read_bytes")]
    lender: Vec<u8>,
    #[serde(deserialize_with = "text::read_key")]
    nominee: Pubkey,
}

impl Nomination {
    pub fn answer(&self) -> Result<View, Unanswered> {
        let lender: Lender = decode_as("lender", &self.lender)?;
        Ok(View { refused: refusal(settings::nominate(&lender, self.nominee)) })
    }
}

/// Another allow-list.
#[derive(Deserialize)]
pub struct Keepers {
    #[serde(deserialize_with = "text::read_keys")]
    keepers: Vec<Pubkey>,
}

impl Keepers {
    pub fn answer(&self) -> View {
        View { refused: refusal(settings::admit(&self.keepers)) }
    }
}

/// A function is offered.
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

impl Offer {
    pub fn answer(&self) -> View {
        let action = Action::ALL.get(self.action).copied().unwrap_or(Action::Unlock);
        let command_keys =
            self.command_keys.iter().map(|Key { key, uri }| CommandKey { key: *key, uri: uri.clone() });
        let offer = SetFunctionArgs {
            fee: self.fee,
            bond: self.bond,
            lease_secs: self.lease_secs,
            ttl_secs: self.ttl_secs,
            required: self.required,
            command_keys: command_keys.collect(),
            code_hash: [0; 32],
        };
        View { refused: refusal(settings::check_offer(action, &offer)) }
    }
}

/// A car is changed.
#[derive(Deserialize)]
pub struct Car {
    #[serde(deserialize_with = "text::read_bytes")]
    vehicle: Vec<u8>,
    /// The loan that it secures, if there is one.
    loan: Option<Base64>,
    /// The device key that would take over.
    #[serde(deserialize_with = "text::read_key")]
    device_key: Pubkey,
    now: i64,
}

#[derive(Deserialize)]
struct Base64(#[serde(deserialize_with = "text::read_bytes")] Vec<u8>);

/// The rule that refuses each change of a car, or nothing.
#[derive(Serialize)]
pub struct CarView {
    retire: Option<Refused>,
    distrust: Option<Refused>,
    rotate: Option<Refused>,
}

impl Car {
    pub fn answer(&self) -> Result<CarView, Unanswered> {
        let vehicle: Vehicle = decode_as("vehicle", &self.vehicle)?;
        let loan = self.loan.as_ref().map(|Base64(bytes)| decode_as::<Loan>("loan", bytes)).transpose()?;
        Ok(CarView {
            retire: refusal(settings::retire(&vehicle)),
            distrust: refusal(settings::distrust(&vehicle)),
            rotate: refusal(settings::rotate_device(&vehicle, loan.as_ref(), self.device_key, self.now)),
        })
    }
}
