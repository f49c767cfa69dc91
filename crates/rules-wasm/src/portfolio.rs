//! A row for each of many loans: what the lender's page lists.

use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::state::{Loan, Vehicle};
use latchkey_client::quote::{self, quote};
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered};
use crate::loan::{Quote, Standing, standing};
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    loans: Vec<Entry>,
    now: i64,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    vehicle: Vec<u8>,
    #[serde(deserialize_with = "text::read_amount")]
    wallet: u64,
}

/// A loan in a list; the rule that refuses one that cannot be computed.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Row {
    Known {
        standing: Standing,
        #[serde(serialize_with = "Quote::serialize")]
        quote: quote::Quote,
    },
    Unknown {
        error: Refused,
    },
}

/// Rows in the order of the question. A loan that a rule refuses hides no other.
pub fn answer(question: &Question) -> Result<Vec<Row>, Unanswered> {
    question.loans.iter().map(|entry| row(entry, question.now)).collect()
}

fn row(entry: &Entry, now: i64) -> Result<Row, Unanswered> {
    let loan: Loan = decode_as("loan", &entry.loan)?;
    let vehicle: Vehicle = decode_as("vehicle", &entry.vehicle)?;
    let known = || -> Result<Row, Unanswered> {
        let at = LoanAt::new(&loan, Wallet(entry.wallet), now);
        Ok(Row::Known { standing: standing(&at, &vehicle)?, quote: quote(&loan, entry.wallet, now)? })
    };
    match known() {
        Err(Unanswered::Rule(rule)) => Ok(Row::Unknown { error: rule.into() }),
        other => other,
    }
}
