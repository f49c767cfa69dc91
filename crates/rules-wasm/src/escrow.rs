//! A loan's escrow: what it holds, and what each call costs.

use latchkey_client::accounts::decode_as;
use latchkey_client::escrow::{Fees, standing};
use latchkey_client::latchkey::state::{Escrow, Loan};
use serde::{Deserialize, Serialize};

use crate::ask::Unanswered;
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    #[serde(deserialize_with = "text::read_bytes")]
    escrow: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    /// What the account holds, lamports.
    #[serde(deserialize_with = "text::read_amount")]
    lamports: u64,
    /// What an account of its size must hold at least, lamports.
    #[serde(deserialize_with = "text::read_amount")]
    rent: u64,
    /// What the lender's warning and its lock cost a call, lamports.
    #[serde(deserialize_with = "text::read_amount")]
    warn_fee: u64,
    #[serde(deserialize_with = "text::read_amount")]
    lock_fee: u64,
}

#[derive(Serialize)]
pub struct View {
    #[serde(serialize_with = "text::amount")]
    available: u64,
    #[serde(serialize_with = "text::amount")]
    withdrawable: u64,
    #[serde(serialize_with = "text::amount")]
    unlock_fee: u64,
    /// How many locks it pays, each with the unlock that undoes it. None where they cost nothing.
    #[serde(serialize_with = "text::maybe")]
    locks: Option<u64>,
    /// How many warnings it pays beside the unlock that stays in it. None where they cost nothing.
    #[serde(serialize_with = "text::maybe")]
    warnings: Option<u64>,
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let escrow: Escrow = decode_as("escrow", &question.escrow)?;
    let loan: Loan = decode_as("loan", &question.loan)?;
    let fees = Fees { warn: question.warn_fee, lock: question.lock_fee, unlock: loan.unlock_fee };
    let standing = standing(&escrow, question.lamports, question.rent, fees);
    Ok(View {
        available: standing.available,
        withdrawable: standing.withdrawable,
        unlock_fee: loan.unlock_fee,
        locks: standing.locks,
        warnings: standing.warnings,
    })
}
