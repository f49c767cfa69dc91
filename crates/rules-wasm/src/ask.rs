use latchkey_client::accounts::AccountError;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::errors::LatchkeyError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{escrow, loan, portfolio, servicing};

/// What the page can ask.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Loan(loan::Question),
    Servicing(loan::Question),
    Escrow(escrow::Question),
    Portfolio(portfolio::Question),
    Refusal { code: u32 },
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The question is not one of those that the page can ask.
    #[error("this is no question: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The bytes are not the account they were taken for.
    #[error("{0}")]
    Account(#[from] AccountError),
    /// A rule of the contract refuses.
    #[error("{0}")]
    Rule(LatchkeyError),
}

impl From<LatchkeyError> for Unanswered {
    fn from(rule: LatchkeyError) -> Self {
        Self::Rule(rule)
    }
}

/// A rule that refuses, by number, name and text.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    code: u32,
    name: String,
    text: String,
}

impl From<LatchkeyError> for Refused {
    fn from(rule: LatchkeyError) -> Self {
        Self { code: rule.into(), name: rule.name(), text: rule.to_string() }
    }
}

/// The refusal, or nothing where the rule allows it.
pub fn refusal(ruled: Result<(), LatchkeyError>) -> Option<Refused> {
    ruled.err().map(Refused::from)
}

/// Answers a question in JSON: `{"answer": …}`, or `{"error": {"code", "name", "text"}}`, whose code is 0 unless a rule of the
/// contract refuses.
pub fn answer(question: &str) -> String {
    said(try_answer(question))
}

/// An answer as JSON, or why there is none.
pub fn said(answer: Result<Value, Unanswered>) -> String {
    match answer {
        Ok(answer) => json!({ "answer": answer }).to_string(),
        Err(Unanswered::Rule(rule)) => json!({ "error": Refused::from(rule) }).to_string(),
        Err(other) => {
            json!({ "error": { "code": 0, "name": "Unanswered", "text": other.to_string() } }).to_string()
        }
    }
}

fn try_answer(question: &str) -> Result<Value, Unanswered> {
    Ok(match serde_json::from_str(question)? {
        Question::Loan(question) => serde_json::to_value(loan::answer(&question)?)?,
        Question::Servicing(question) => serde_json::to_value(servicing::answer(&question)?)?,
        Question::Escrow(question) => serde_json::to_value(escrow::answer(&question)?)?,
        Question::Portfolio(question) => serde_json::to_value(portfolio::answer(&question)?)?,
        Question::Refusal { code } => {
            let text = match Refusal(code).rule() {
                Some(rule) => Refused::from(rule),
                None => Refused { code, name: String::new(), text: Refusal(code).to_string() },
            };
            serde_json::to_value(text)?
        }
    })
}
