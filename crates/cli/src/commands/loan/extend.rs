//! `latchkey loan extend`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::period::{self, Period};
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::agreement::{Agreement, add_agreed};
use crate::commands::signers::BothKeys;
use crate::context::Context;

/// Move every due date by one period. Both parties sign
///
/// Interest continues to accrue.
#[derive(Args)]
pub struct Extend {
    #[command(flatten)]
    loan: LoanArg,
    #[command(flatten)]
    keys: BothKeys,
    #[command(flatten)]
    agreement: Agreement,
}

impl Extend {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let (lender, borrower) = self.keys.both(context, &accounts.lender, &accounts.loan)?;
        let by = period::show(Period::of(&accounts.loan.terms.calendar));
        let agreed = self.agreement.of(context, &accounts);
        context.confirm(&format!("Move every due date by one period ({by}), while interest continues?"))?;
        let extend = instructions::extend(&accounts.keys, lender.address(), borrower.address(), agreed);
        let mut view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "extended_by": by }),
            format!("every due date is one period ({by}) later"),
        );
        add_agreed(&mut view.json, agreed);
        context.run("the extension", &[extend], &[&lender, &borrower], view).await
    }
}
