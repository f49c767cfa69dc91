//! What the page can ask before somebody signs a new loan, or a change of terms, of parties or of a lender: which rule refuses
//! it.

use serde::Deserialize;
use serde_json::Value;

use crate::ask::{Unanswered, said};
use crate::{amendment, borrower_key, origination, sale, settings};

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Origination(origination::Question),
    Amendment(amendment::Question),
    Sale(sale::Question),
    BorrowerKey(borrower_key::Question),
    Nominate(settings::Nomination),
    Keepers(settings::Keepers),
    Function(settings::Offer),
    Vehicle(settings::Car),
}

/// Answers a question on a change, as [`crate::answer`] answers one on what is.
pub fn answer(question: &str) -> String {
    said(try_answer(question))
}

fn try_answer(question: &str) -> Result<Value, Unanswered> {
    Ok(match serde_json::from_str(question)? {
        Question::Origination(question) => serde_json::to_value(origination::answer(&question)?)?,
        Question::Amendment(question) => serde_json::to_value(amendment::answer(&question)?)?,
        Question::Sale(question) => serde_json::to_value(sale::answer(&question)?)?,
        Question::BorrowerKey(question) => serde_json::to_value(borrower_key::answer(&question)?)?,
        Question::Nominate(question) => serde_json::to_value(question.answer()?)?,
        Question::Keepers(question) => serde_json::to_value(question.answer())?,
        Question::Function(question) => serde_json::to_value(question.answer())?,
        Question::Vehicle(question) => serde_json::to_value(question.answer()?)?,
    })
}
