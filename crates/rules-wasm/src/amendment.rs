//! An amendment that both parties sign: whether the contract would take it, what changes, and what the rest costs.

use latchkey_client::accounts::decode_as;
use latchkey_client::changes::{self, changes};
use latchkey_client::cost;
use latchkey_client::latchkey::errors::LatchkeyError;
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::{amendment, recovery};
use latchkey_client::latchkey::state::{Lender, Loan, Terms};
use latchkey_client::origination::with_instalment;
use latchkey_client::quote::quote;
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered};
use crate::cost::Cost;
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    lender: Vec<u8>,
    #[serde(deserialize_with = "text::read_amount")]
    wallet: u64,
    /// The whole terms from now on. An instalment of 0 asks for the level one of what is left.
    #[serde(deserialize_with = "text::read_terms")]
    terms: Terms,
    #[serde(deserialize_with = "text::read_amount")]
    forgive_principal: u64,
    #[serde(deserialize_with = "text::read_amount")]
    forgive_interest: u64,
    /// Decimals of the mint.
    decimals: u8,
    now: i64,
}

#[derive(Serialize)]
pub struct Amended {
    /// The rule that refuses it.
    refused: Option<Refused>,
    /// The instalment of the question, or the level one. None where the amendment is refused.
    #[serde(serialize_with = "text::maybe")]
    instalment: Option<u64>,
    /// What changes, and what that means for the borrower.
    changes: Vec<Change>,
    /// What is left would cost this. None where the amendment is refused, or nothing is left.
    cost: Option<Cost>,
}

#[derive(Serialize)]
struct Change {
    term: &'static str,
    effect: &'static str,
}

pub fn answer(question: &Question) -> Result<Amended, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let lender: Lender = decode_as("lender", &question.lender)?;
    let Question { ref terms, decimals, now, .. } = *question;
    Ok(match amended(question, &loan, &lender) {
        Ok((terms, left)) => Amended {
            refused: None,
            instalment: Some(terms.instalment),
            changes: told(&loan.terms, &terms),
            cost: if left == 0 {
                None
            } else {
                Some(cost::Cost::of(&Terms { principal: left, ..terms }, now, decimals)?.into())
            },
        },
        Err(rule) => Amended {
            refused: Some(rule.into()),
            instalment: None,
            changes: told(&loan.terms, terms),
            cost: None,
        },
    })
}

/// The terms that hold then, and the principal that is left.
fn amended(question: &Question, loan: &Loan, lender: &Lender) -> Result<(Terms, u64), LatchkeyError> {
    let Question { ref terms, wallet, forgive_principal, forgive_interest, decimals, now, .. } = *question;
    let try_it = |terms: Terms| {
        let mut copy = loan.clone();
        recovery::sign_in_full(&mut copy, now)?;
        let agreed = amendment::Amendment { terms, forgive_principal, forgive_interest };
        amendment::amend(&mut copy, Wallet(wallet), &agreed, &lender.floors, true, now)
    };
    try_it(Terms { instalment: terms.instalment.max(1), ..*terms })?;
    let left = quote(loan, wallet, now)?.principal.saturating_sub(forgive_principal);
    if left == 0 || terms.instalment > 0 {
        let instalment = terms.instalment.max(1);
        return Ok((Terms { instalment, ..*terms }, left));
    }
    let level = with_instalment(&Terms { principal: left, ..*terms }, decimals, now)?;
    let terms = Terms { principal: terms.principal, ..level };
    try_it(terms)?;
    Ok((terms, left))
}

fn told(before: &Terms, after: &Terms) -> Vec<Change> {
    let told = |change: changes::Change| Change {
        term: change.term,
        effect: match change.effect {
            changes::Effect::Better => "better",
            changes::Effect::Worse => "worse",
            changes::Effect::Depends => "depends",
        },
    };
    changes(before, after).into_iter().map(told).collect()
}
