//! What a loan costs, in the words of Regulation Z (12 CFR 1026.18), for both parties to read before they sign.

#[cfg(test)]
mod tests;
mod text;

use latchkey_client::cost::{CENT_DECIMALS, Cost};
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use serde_json::{Value, json};

use crate::terms::terms_json;
use crate::units::{date, money, rate};

/// The disclosure of terms, assuming that every payment arrives on its due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    pub terms: Terms,
    /// When the terms would be signed, Unix seconds.
    pub signed_at: i64,
    /// Decimals of the mint.
    pub decimals: u8,
    pub cost: Cost,
}

impl Disclosure {
    /// Computes the schedule with the program's own rules.
    pub fn new(terms: &Terms, signed_at: i64, decimals: u8) -> Result<Self, Refusal> {
        let cost = Cost::of(terms, signed_at, decimals).map_err(|rule| Refusal(rule.into()))?;
        Ok(Self { terms: *terms, signed_at, decimals, cost })
    }

    /// The annual percentage rate as people read it. A loan that has none is shown with its contract's rate.
    pub fn annual_percentage_rate(&self) -> String {
        match self.cost.apr_hundredths() {
            Some(hundredths) => format!("{}%", money::show(hundredths, 2)),
            None => rate::show(self.terms.apr_ppm),
        }
    }

    /// One JSON object. Amounts are decimal strings of whole tokens.
    pub fn json(&self) -> Value {
        let offset = self.terms.calendar.utc_offset_secs;
        let payments: Vec<Value> = self
            .cost
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
            "finance_charge": self.cents(self.cost.finance_charge()),
            "amount_financed": self.cents(self.cost.amount_financed),
            "total_of_payments": self.cents(self.cost.total_of_payments()),
            "terms": terms_json(&self.terms, self.decimals),
            "payments": payments,
        })
    }

    /// Cents as a decimal text of whole tokens.
    fn cents(&self, cents: u64) -> String {
        money::show_all(cents, self.decimals.min(CENT_DECIMALS))
    }
}
