//! `latchkey loan charge-off`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::AuthorityKey;
use crate::context::Context;

/// Charge a loan off, 120 days past due or later. The authority signs
///
/// Ends late fees, warnings and locks. This cannot be undone. What is owed stays owed.
#[derive(Args)]
pub struct ChargeOff {
    #[command(flatten)]
    loan: LoanArg,
    #[command(flatten)]
    authority: AuthorityKey,
}

impl ChargeOff {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let signer = self.authority.signer(context, &accounts.lender)?;
        let loan = accounts.keys.loan;
        context.confirm(&format!("Charge off {loan}? This cannot be undone."))?;
        let charge_off = instructions::charge_off(&accounts.keys, signer.address());
        let view = View::new(
            json!({ "loan": loan.to_string(), "status": "charged-off" }),
            format!("{loan} is charged off"),
        );
        context.run("the charge-off", &[charge_off], &[&signer], view).await
    }
}
