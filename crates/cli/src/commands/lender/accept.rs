//! `latchkey lender accept`

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::{Pubkey, instructions};
use serde_json::json;

use super::Which;
use crate::context::Context;

#[derive(Args)]
pub struct Accept {
    /// The nominee's token account that funds loans and is paid [default: the associated one, made if it is missing]
    #[arg(long, value_name = "ADDRESS")]
    treasury: Option<Pubkey>,
    #[command(flatten)]
    which: Which,
}

impl Accept {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let nominee = context.me()?;
        let lender = context.cluster.lender(&address).await?;
        let mut instructions = Vec::new();
        let treasury = if let Some(named) = self.treasury {
            named
        } else {
            let mint = context.cluster.mint(&lender.mint).await?;
            instructions.push(create_associated_token_account_idempotent(
                &context.payer()?.address(),
                &nominee.address(),
                &mint.address,
                &mint.token_program,
            ));
            mint.account_of(&nominee.address())
        };
        instructions.push(instructions::accept_authority(address, nominee.address(), treasury));
        let view = View::new(
            json!({
                "lender": address.to_string(),
                "authority": nominee.address().to_string(),
                "treasury": treasury.to_string(),
            }),
            format!("{} is the authority of {address}, and is paid at {treasury}", nominee.address()),
        );
        context.run("taking the lender over", &instructions, &[&nominee], view).await
    }
}
