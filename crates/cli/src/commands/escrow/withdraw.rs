//! `latchkey escrow withdraw`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::instructions;
use serde_json::json;

use crate::commands::LoanArg;
use crate::context::Context;

/// Return SOL from a loan's escrow to the lender's authority
///
/// The fee of an unlock stays in the escrow until the loan is closed.
#[derive(Args)]
pub struct Withdraw {
    #[command(flatten)]
    loan: LoanArg,
    /// The amount, SOL
    #[arg(value_name = "SOL", value_parser = money::parse_sol)]
    lamports: u64,
}

impl Withdraw {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let authority = context.me()?;
        let keys = self.loan.read(context).await?.keys;
        let withdraw = instructions::withdraw_escrow(&keys, authority.address(), self.lamports);
        let view = View::new(
            json!({ "loan": keys.loan.to_string(), "withdrawn_lamports": self.lamports }),
            format!("{} SOL withdrawn from the escrow of {}", money::show_sol(self.lamports), keys.loan),
        );
        context.run("withdrawing from the escrow", &[withdraw], &[&authority], view).await
    }
}
