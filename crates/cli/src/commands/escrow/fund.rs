//! `latchkey escrow fund`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_cli::units::money;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use crate::context::Context;

/// Add SOL to a loan's escrow
///
/// Anybody may do so.
#[derive(Args)]
pub struct Fund {
    /// The loan account
    loan: Pubkey,
    /// The amount, SOL
    #[arg(value_name = "SOL", value_parser = money::parse_sol)]
    lamports: u64,
}

impl Fund {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let funder = context.me()?;
        let fund = instructions::fund_escrow(funder.address(), &self.loan, self.lamports);
        let view = View::new(
            json!({ "loan": self.loan.to_string(), "funded_lamports": self.lamports }),
            format!("{} SOL added to the escrow of {}", money::show_sol(self.lamports), self.loan),
        );
        context.run("funding the escrow", &[fund], &[&funder], view).await
    }
}
