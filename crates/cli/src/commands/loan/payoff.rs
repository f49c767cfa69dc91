//! `latchkey loan payoff`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_cli::views::quote_of;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::{short_of_payoff, transfer_to_wallet};
use crate::commands::BorrowerKey;
use crate::context::Context;

/// Principal, interest to the second, and fees, from the car wallet. Works while late. Without --yes, asks first.
#[derive(Args)]
pub struct Payoff {
    /// The loan
    loan: Pubkey,
    /// Put what the car wallet lacks into it first, in the same transaction, from the borrower's associated token account
    #[arg(long)]
    top_up: bool,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl Payoff {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        let quote = quote_of(&scene)?;
        let borrower = context.for_borrower(&scene.loan, self.borrower.borrower_keypair.as_ref())?;
        let amount = money::show(quote.payoff, scene.mint.decimals);
        let mut instructions = Vec::new();
        let short = if self.top_up { short_of_payoff(&scene)? } else { 0 };
        if short > 0 {
            let from = scene.mint.account_of(&borrower.address());
            instructions.push(transfer_to_wallet(&scene, &from, &borrower.address(), short)?);
        }
        instructions.push(instructions::pay_off(&scene.keys, borrower.address()));
        context.confirm(&format!("Pay off {amount}, and interest until it lands?"))?;
        let view = View::new(
            json!({
                "loan": self.loan.to_string(),
                "payoff": amount,
                "topped_up": money::show(short, scene.mint.decimals),
            }),
            format!("paid off with {amount} and interest until now; `latchkey loan close` ends the loan"),
        );
        context.run("the payoff", &instructions, &[&borrower], view).await
    }
}
