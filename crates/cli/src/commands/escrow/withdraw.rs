//! `latchkey escrow withdraw`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::context::Context;

/// The fee of the unlock that may follow stays for as long as the loan exists.
#[derive(Args)]
pub struct Withdraw {
    /// The loan
    loan: Pubkey,
    /// How much, SOL
    #[arg(value_name = "SOL", value_parser = money::parse_sol)]
    lamports: u64,
}

impl Withdraw {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let authority = context.me()?;
        let keys = context.cluster.loan_scene(&self.loan).await?.keys;
        let withdraw = instructions::withdraw_escrow(&keys, authority.address(), self.lamports);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "withdrawn_lamports": self.lamports }),
            format!("{} SOL back from {}", money::show_sol(self.lamports), self.loan),
        );
        context.run("withdrawing from the escrow", &[withdraw], &[&authority], view).await
    }
}
