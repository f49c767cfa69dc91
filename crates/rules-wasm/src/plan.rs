//! The schedule of terms before they are signed, and of a loan as it was signed.

use borsh::BorshDeserialize as _;
use latchkey_client::accounts::AccountError;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::{self, level_instalment, schedule};
use serde::{Deserialize, Serialize};

use crate::ask::Unanswered;
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    /// Terms as Borsh has them. An instalment of 0 asks for the level one.
    #[serde(deserialize_with = "text::read_bytes")]
    terms: Vec<u8>,
    opened_at: i64,
    /// The level instalment is a multiple of this many base units.
    #[serde(deserialize_with = "text::read_amount")]
    unit: u64,
}

#[derive(Serialize)]
pub struct Plan {
    #[serde(serialize_with = "text::amount")]
    instalment: u64,
    #[serde(serialize_with = "text::amount")]
    finance_charge: u64,
    #[serde(serialize_with = "text::amount")]
    total_of_payments: u64,
    payments: Vec<Payment>,
}

#[derive(Serialize)]
struct Payment {
    due: i64,
    #[serde(serialize_with = "text::amount")]
    amount: u64,
    #[serde(serialize_with = "text::amount")]
    interest: u64,
    #[serde(serialize_with = "text::amount")]
    principal: u64,
    #[serde(serialize_with = "text::amount")]
    balance: u64,
}

impl From<schedule::Payment> for Payment {
    fn from(payment: schedule::Payment) -> Self {
        let schedule::Payment { due, amount, interest, principal, balance } = payment;
        Self { due, amount, interest, principal, balance }
    }
}

pub fn answer(question: &Question) -> Result<Plan, Unanswered> {
    let open =
        Terms::try_from_slice(&question.terms).map_err(|_| AccountError::Malformed { kind: "terms" })?;
    let instalment = match open.instalment {
        0 => level_instalment(&Terms { instalment: 1, ..open }, question.opened_at, question.unit)?,
        given => given,
    };
    let plan = schedule(&Terms { instalment, ..open }, question.opened_at)?;
    Ok(Plan {
        instalment,
        finance_charge: plan.finance_charge,
        total_of_payments: plan.total_of_payments,
        payments: plan.payments.into_iter().map(Payment::from).collect(),
    })
}
