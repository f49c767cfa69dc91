//! What a loan costs, in the words of Regulation Z (12 CFR 1026.18), for both parties to read before they sign.

mod figures;
#[cfg(test)]
mod tests;
mod text;

use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::schedule;
use serde_json::{Value, json};

use crate::terms::terms_json;
use crate::units::{date, money, rate};

pub use figures::Row;

/// The disclosure of terms, assuming that every payment arrives on its due date.
///
/// Interest is the only charge, and the whole principal goes to the seller, so it is the amount financed. Amounts are in
/// cents, because people pay cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    pub terms: Terms,
    /// When the terms would be signed, Unix seconds.
    pub signed_at: i64,
    /// Decimals of the mint.
    pub decimals: u8,
    /// All payments.
    pub payments: Vec<Row>,
    /// The annual percentage rate of Regulation Z, parts per million. None for a loan of less than a day, which has none.
    pub apr_ppm: Option<u64>,
}

impl Disclosure {
    /// Computes the schedule with the program's own rules.
    pub fn new(terms: &Terms, signed_at: i64, decimals: u8) -> Result<Self, Refusal> {
        let schedule = schedule(terms, signed_at).map_err(|rule| Refusal(rule.into()))?;
        let payments = figures::in_cents(terms, &schedule, decimals);
        let financed = terms.principal.div_ceil(money::cent(decimals));
        let apr_ppm = figures::annual_percentage_rate(terms, &payments, financed, signed_at);
        Ok(Self { terms: *terms, signed_at, decimals, payments, apr_ppm })
    }

    /// The amount financed, cents.
    pub fn amount_financed(&self) -> u64 {
        self.terms.principal.div_ceil(money::cent(self.decimals))
    }

    /// All payments together, cents.
    pub fn total_of_payments(&self) -> u64 {
        self.payments.iter().map(|row| row.payment).sum()
    }

    /// What the credit costs, cents.
    pub fn finance_charge(&self) -> u64 {
        self.total_of_payments().saturating_sub(self.amount_financed())
    }

    /// The annual percentage rate as people read it: hundredths of a percent, as the regulation rounds it. A loan that has
    /// none is shown with its contract's rate.
    pub fn annual_percentage_rate(&self) -> String {
        match self.apr_ppm {
            Some(ppm) => format!("{}%", money::show((ppm + 50) / 100, 2)),
            None => rate::show(self.terms.apr_ppm),
        }
    }

    /// One JSON object. Amounts are decimal strings of whole tokens.
    pub fn json(&self) -> Value {
        let offset = self.terms.calendar.utc_offset_secs;
        let payments: Vec<Value> = self
            .payments
            .iter()
            .zip(1..)
            .map(|(row, number): (_, usize)| {
                json!({
                    "number": number,
                    "due": date::show_at(row.due, offset),
                    "payment": self.cents(row.payment),
                    "interest": self.cents(row.interest),
                    "principal": self.cents(row.principal),
                    "balance": self.cents(row.balance),
                })
            })
            .collect();
        json!({
            "signed_at": date::show_at(self.signed_at, offset),
            "annual_percentage_rate": self.annual_percentage_rate(),
            "finance_charge": self.cents(self.finance_charge()),
            "amount_financed": self.cents(self.amount_financed()),
            "total_of_payments": self.cents(self.total_of_payments()),
            "terms": terms_json(&self.terms, self.decimals),
            "payments": payments,
        })
    }

    /// Cents as a decimal text of whole tokens.
    fn cents(&self, cents: u64) -> String {
        money::show_all(cents, self.decimals.min(2))
    }
}
