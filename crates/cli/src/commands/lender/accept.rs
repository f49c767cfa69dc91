//! `latchkey lender accept`

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::instructions;
use serde_json::json;

use super::LenderArg;
use crate::context::Context;

/// Become the authority of a lender, as its nominee
///
/// The nominee's associated token account funds loans and receives payments from then on. It is created if it does not
/// exist.
#[derive(Args)]
pub struct Accept {
    #[command(flatten)]
    lender: LenderArg,
}

impl Accept {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let party = context.me()?;
        let nominee = party.address();
        let lender = context.cluster.lender(&address).await?;
        let mint = context.cluster.mint(&lender.mint).await?;
        let treasury = mint.account_of(&nominee);
        let instructions = [
            mint.create_account_of(&nominee, &context.payer()?.address()),
            instructions::accept_authority(address, nominee, treasury, mint.address),
        ];
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
