//! A loan that is not written yet: whether the contract would take it, and what it costs.

use latchkey_client::accounts::decode_as;
use latchkey_client::cost;
use latchkey_client::latchkey::rules::Ruled;
use latchkey_client::latchkey::state::{Lender, Terms, Vehicle};
use latchkey_client::origination::{Offer, check_origination, with_instalment};
use serde::Deserialize;
use serde::Serialize;

use crate::ask::{Refused, Unanswered};
use crate::cost::Cost;
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    /// Terms as Borsh has them. An instalment of 0 asks for the level one.
    #[serde(deserialize_with = "text::read_terms")]
    terms: Terms,
    #[serde(deserialize_with = "text::read_bytes")]
    lender: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    vehicle: Vec<u8>,
    /// What the lender's warning, lock and unlock cost, lamports.
    #[serde(deserialize_with = "text::read_amounts")]
    fees: [u64; 3],
    /// Where the unlock function runs.
    unlock_uri: String,
    /// The first deposit into the escrow, lamports. None stands for the least.
    #[serde(deserialize_with = "text::read_maybe")]
    escrow: Option<u64>,
    /// Decimals of the mint.
    decimals: u8,
    now: i64,
}

#[derive(Serialize)]
pub struct Origination {
    /// The rule that refuses it.
    refused: Option<Refused>,
    /// The instalment of the question, or the level one. None where there is no level one.
    #[serde(serialize_with = "text::maybe")]
    instalment: Option<u64>,
    #[serde(serialize_with = "text::amount")]
    least_escrow: u64,
    /// None where the terms are refused.
    cost: Option<Cost>,
}

pub fn answer(question: &Question) -> Result<Origination, Unanswered> {
    let Question { ref terms, decimals, now, .. } = *question;
    let lender: Lender = decode_as("lender", &question.lender)?;
    let vehicle: Vehicle = decode_as("vehicle", &question.vehicle)?;
    let offer = Offer { fees: question.fees, unlock_uri: &question.unlock_uri };
    let least_escrow = offer.least_escrow()?;
    let escrow = question.escrow.unwrap_or(least_escrow);
    let ruled =
        level(terms, decimals, now, |terms| check_origination(terms, &lender, &vehicle, &offer, escrow, now));
    Ok(match ruled {
        Ok(terms) => Origination {
            refused: None,
            instalment: Some(terms.instalment),
            least_escrow,
            cost: Some(cost::Cost::of(&terms, now, decimals)?.into()),
        },
        Err(rule) => Origination { refused: Some(rule.into()), instalment: None, least_escrow, cost: None },
    })
}

/// The terms with their instalment, if `check` allows them. A schedule is computed only for terms that are sane without it.
pub fn level(terms: &Terms, decimals: u8, now: i64, check: impl Fn(&Terms) -> Ruled<()>) -> Ruled<Terms> {
    check(&Terms { instalment: terms.instalment.max(1), ..*terms })?;
    let terms = with_instalment(terms, decimals, now)?;
    check(&terms)?;
    Ok(terms)
}
