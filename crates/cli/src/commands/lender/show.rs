//! `latchkey lender show`

use anyhow::Result;
use clap::Args;
use latchkey_cli::views;

use super::LenderArg;
use crate::context::Context;

/// Show a lender, its policy and its functions
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    lender: LenderArg,
}

impl Show {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = self.lender.address(context)?;
        let lender = context.cluster.lender(&address).await?;
        let functions = context.cluster.functions(&address).await?;
        let mint = context.cluster.mint(&lender.mint).await?;
        let now = context.cluster.now().await?;
        context.show(&views::lender(&address, &lender, &functions, &mint, now))
    }
}
