//! `latchkey loan emergency-start`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::duration;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::BorrowerKey;
use crate::context::Context;

/// Let the car start for a while, whatever is owed. The borrower signs
///
/// The terms say how many there are and how long each lasts. A keeper unlocks the car, and no lock can be requested
/// before the emergency start ends.
#[derive(Args)]
pub struct EmergencyStart {
    #[command(flatten)]
    loan: LoanArg,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl EmergencyStart {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let loan = &accounts.loan;
        let borrower = self.borrower.signer(context, loan)?;
        let lasts = duration::show(loan.terms.emergency_secs.into());
        let left = loan.terms.emergency_max.saturating_sub(loan.emergency_used).saturating_sub(1);
        let start = instructions::emergency_start(&accounts.keys, borrower.address());
        let view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "lasts": lasts, "left": left }),
            format!("the car may start for {lasts}; {left} emergency starts are left"),
        );
        context.run("the emergency start", &[start], &[&borrower], view).await
    }
}
