//! `latchkey loan hold` and `latchkey loan lift-hold`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::date::{self, When};
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::agreement::{Agreement, add_agreed};
use crate::commands::signers::{BothKeys, LenderKey};
use crate::context::Context;

/// Promise no lock and no warning before a date
///
/// The servicer may promise 45 days ahead, the authority 366.
#[derive(Args)]
pub struct Hold {
    #[command(flatten)]
    loan: LoanArg,
    /// The end of the hold: a date, or +7d from now
    #[arg(long, value_name = "DATE")]
    until: When,
    #[command(flatten)]
    lender: LenderKey,
}

/// End a hold before its date. Both parties sign
#[derive(Args)]
pub struct LiftHold {
    #[command(flatten)]
    loan: LoanArg,
    #[command(flatten)]
    keys: BothKeys,
    #[command(flatten)]
    agreement: Agreement,
}

impl Hold {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let signer = self.lender.signer(context, &accounts.lender)?;
        let until = self.until.from(accounts.now);
        let hold = instructions::place_hold(&accounts.keys, signer.address(), until);
        let shown = date::show(until);
        let view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "hold_until": shown }),
            format!("no lock and no warning before {shown}"),
        );
        context.run("the hold", &[hold], &[&signer], view).await
    }
}

impl LiftHold {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let (lender, borrower) = self.keys.both(context, &accounts.lender, &accounts.loan)?;
        let agreed = self.agreement.of(context, &accounts);
        let lift = instructions::lift_hold(&accounts.keys, lender.address(), borrower.address(), agreed);
        let json = json!({ "loan": accounts.keys.loan.to_string(), "hold_until": null });
        let mut view = View::new(json, "the hold is lifted");
        add_agreed(&mut view.json, agreed);
        context.run("lifting the hold", &[lift], &[&lender, &borrower], view).await
    }
}
