//! `latchkey lender accept`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::LenderArg;
use crate::context::Context;

/// Become the authority of a lender, as its nominee
#[derive(Args)]
pub struct Accept {
    /// The nominee's token account that funds loans and receives payments [default: the associated token account,
    /// created if it does not exist]
    #[arg(long, value_name = "ADDRESS")]
    treasury: Option<Pubkey>,
    #[command(flatten)]
    lender: LenderArg,
}

impl Accept {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let party = context.me()?;
        let nominee = party.address();
        let lender = context.cluster.lender(&address).await?;
        let mut instructions = Vec::new();
        let treasury = if let Some(named) = self.treasury {
            named
        } else {
            let mint = context.cluster.mint(&lender.mint).await?;
            instructions.push(mint.create_account_of(&nominee, &context.payer()?.address()));
            mint.account_of(&nominee)
        };
        instructions.push(instructions::accept_authority(address, nominee, treasury));
        let view = View::new(
            json!({
                "lender": address.to_string(),
                "authority": nominee.to_string(),
                "treasury": treasury.to_string(),
            }),
            format!("{nominee} is the authority of {address}; its treasury is {treasury}"),
        );
        context.run("accepting the authority", &instructions, &[&party], view).await
    }
}
