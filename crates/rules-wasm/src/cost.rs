//! What terms cost, as the parties read it before they sign. Amounts are cents.

use latchkey_client::cost;
use serde::Serialize;

use crate::text;

#[derive(Serialize)]
pub struct Cost {
    /// Hundredths of a percent. None for a loan that has no such rate.
    #[serde(serialize_with = "text::maybe")]
    apr_hundredths: Option<u64>,
    #[serde(serialize_with = "text::amount")]
    finance_charge: u64,
    #[serde(serialize_with = "text::amount")]
    amount_financed: u64,
    #[serde(serialize_with = "text::amount")]
    total_of_payments: u64,
    payments: Vec<Row>,
    /// The first payment that is all interest, counted from 0.
    only_interest: Option<usize>,
}

#[derive(Serialize)]
struct Row {
    due: i64,
    #[serde(serialize_with = "text::amount")]
    payment: u64,
    #[serde(serialize_with = "text::amount")]
    interest: u64,
    #[serde(serialize_with = "text::amount")]
    principal: u64,
    #[serde(serialize_with = "text::amount")]
    balance: u64,
}

impl From<cost::Cost> for Cost {
    fn from(cost: cost::Cost) -> Self {
        let row = |cost::Row { due, payment, interest, principal, balance }: &cost::Row| Row {
            due: *due,
            payment: *payment,
            interest: *interest,
            principal: *principal,
            balance: *balance,
        };
        Self {
            apr_hundredths: cost.apr_hundredths(),
            finance_charge: cost.finance_charge(),
            amount_financed: cost.amount_financed,
            total_of_payments: cost.total_of_payments(),
            payments: cost.payments.iter().map(row).collect(),
            only_interest: cost.only_interest(),
        }
    }
}
