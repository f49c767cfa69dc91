//! The options of what both parties sign: until when it counts.

use clap::Args;
use latchkey_cli::chain::LoanAccounts;
use latchkey_cli::units::date::{self, When};
use latchkey_client::instructions::Agreed;
use serde_json::{Value, json};

use crate::context::Context;

/// How long a signed agreement counts unless an option says otherwise, seconds: a day, so that people can sign it one after
/// the other and none of them holds it back for long.
const DEADLINE_SECS: u32 = 86_400;

#[derive(Args)]
pub struct Agreement {
    /// Until when the agreement counts: a date, or +1d from now [default: +1d]
    #[arg(long, value_name = "DATE")]
    deadline: Option<When>,
}

/// Adds to a result for which revision an agreement is, and until when it counts.
pub fn add_agreed(json: &mut Value, agreed: Agreed) {
    json["revision"] = json!(agreed.revision);
    json["deadline"] = json!(date::show(agreed.deadline));
}

impl Agreement {
    /// For the loan as it is now, until the deadline. Says so, as part of what people sign.
    pub fn of(&self, context: &Context, accounts: &LoanAccounts) -> Agreed {
        let deadline = self.deadline.unwrap_or(When::In(DEADLINE_SECS)).from(accounts.now);
        let revision = accounts.loan.revision;
        context.printer.note(&format!(
            "This counts until {}, for revision {revision} of the loan: no later change of it.",
            date::show(deadline)
        ));
        Agreed { revision, deadline }
    }
}
