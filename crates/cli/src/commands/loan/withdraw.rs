//! `latchkey loan withdraw`

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::signers::BorrowerKey;
use crate::context::Context;

/// Take tokens that are not due out of the car wallet
///
/// The tokens go to the borrower's associated token account, which is created if it does not exist.
#[derive(Args)]
pub struct Withdraw {
    #[command(flatten)]
    loan: LoanArg,
    /// The amount, tokens
    amount: String,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Withdraw {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let mint = accounts.mint;
        let amount = money::parse(&self.amount, mint.decimals).context("the amount")?;
        let borrower = self.borrower.signer(context, &accounts.loan)?;
        let to = mint.account_of(&borrower.address());
        let create = mint.create_account_of(&borrower.address(), &context.payer()?.address());
        let withdraw = instructions::withdraw_surplus(&accounts.keys, borrower.address(), to, amount);
        let shown = money::show(amount, mint.decimals);
        let view = View::new(
            json!({ "loan": accounts.keys.loan.to_string(), "amount": shown, "to": to.to_string() }),
            format!("{shown} moved from the car wallet to {to}"),
        );
        context.run("the withdrawal", &[create, withdraw], &[&borrower], view).await
    }
}
