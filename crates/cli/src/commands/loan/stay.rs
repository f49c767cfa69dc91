//! `latchkey loan stay`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::date::{self, When};
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::AuthorityKey;
use crate::context::Context;

/// Stay all enforcement for a while: bankruptcy or deployment. The lender's authority signs
///
/// Inside the stay there is no warning, no lock, no default and no late fee; grace and notice start again at its end. A stay
/// that is not over can only be prolonged, and lasts at most 366 days from now.
#[derive(Args)]
pub struct Stay {
    #[command(flatten)]
    loan: LoanArg,
    /// The beginning: a date, or +7d from now [default: in 5 minutes]
    #[arg(long, value_name = "DATE")]
    from: Option<When>,
    /// The end: a date, or +90d from now
    #[arg(long, value_name = "DATE")]
    until: When,
    #[command(flatten)]
    authority: AuthorityKey,
}

/// The contract takes no beginning in the past, and a transaction needs a while to land.
const SOON: When = When::In(300);

impl Stay {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let authority = self.authority.signer(context, &accounts.lender)?;
        let running = accounts.loan.stay_until;
        let from = match self.from {
            Some(from) => from.from(accounts.now),
            // The end of the running one leaves no gap.
            None if accounts.loan.is_stayed(accounts.now) => running.min(SOON.from(accounts.now)),
            None => SOON.from(accounts.now),
        };
        let until = self.until.from(accounts.now);
        let stay = instructions::place_stay(&accounts.keys, authority.address(), from, until);
        let (shown_from, shown_until) = (date::show(from), date::show(until));
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "stay_from": shown_from,
                "stay_until": shown_until,
            }),
            format!("nothing is enforced from {shown_from} to {shown_until}"),
        );
        context.run("the stay", &[stay], &[&authority], view).await
    }
}
