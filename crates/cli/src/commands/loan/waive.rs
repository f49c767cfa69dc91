//! `latchkey loan waive`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::LenderKey;
use crate::context::Context;

/// Waive late fees
#[derive(Args)]
pub struct Waive {
    #[command(flatten)]
    loan: LoanArg,
    /// The amount of late fees, tokens
    amount: String,
    #[command(flatten)]
    lender: LenderKey,
}

impl Waive {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let amount = money::parse(&self.amount, accounts.mint.decimals).context("the amount")?;
        let signer = self.lender.signer(context, &accounts.lender)?;
        let waive = instructions::waive_fees(&accounts.keys, signer.address(), amount);
        let shown = money::show(amount, accounts.mint.decimals);
        let view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "waived": shown }),
            format!("{shown} of late fees waived"),
        );
        context.run("the waiver", &[waive], &[&signer], view).await
    }
}
