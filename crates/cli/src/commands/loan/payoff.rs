//! `latchkey loan payoff`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use serde_json::json;

use super::car_wallet::{short_of_payoff, transfer_to_wallet};
use crate::commands::LoanArg;
use crate::commands::signers::BorrowerKey;
use crate::context::Context;

/// Pay off a loan from the car wallet
///
/// Pays principal, interest to the second, and fees, also while the loan is past due. Without --yes, asks first.
#[derive(Args)]
pub struct Payoff {
    #[command(flatten)]
    loan: LoanArg,
    /// In the same transaction, first transfer what the car wallet lacks from the borrower's associated token account
    #[arg(long)]
    top_up: bool,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Payoff {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let borrower = self.borrower.signer(context, &accounts.loan)?;
        let decimals = accounts.mint.decimals;
        let amount = money::show(accounts.quote()?.payoff, decimals);
        let mut instructions = Vec::new();
        let topped_up = if self.top_up { short_of_payoff(&accounts)? } else { 0 };
        if topped_up > 0 {
            let from = accounts.mint.account_of(&borrower.address());
            instructions.push(transfer_to_wallet(&accounts, &from, &borrower.address(), topped_up)?);
        }
        instructions.push(instructions::pay_off(&accounts.keys, borrower.address()));
        context.confirm(&format!("Pay off {amount}, and the interest until the transaction lands?"))?;
        let view = View::new(
            json!({
                "loan": accounts.keys.loan.to_string(),
                "payoff": amount,
                "topped_up": money::show(topped_up, decimals),
            }),
            format!("paid off with {amount} and the interest since; `latchkey loan close` closes the loan"),
        );
        context.run("the payoff", &instructions, &[&borrower], view).await
    }
}
