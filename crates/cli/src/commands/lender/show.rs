//! `latchkey lender show`

use anyhow::Result;
use clap::Args;
use latchkey_cli::views;

use super::Which;
use crate::context::Context;

#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    which: Which,
}

impl Show {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let address = context.lender(self.which.lender)?;
        let lender = context.cluster.lender(&address).await?;
        let functions: Vec<_> = context.cluster.functions(&address).await?.into_iter().flatten().collect();
        let mint = context.cluster.mint(&lender.mint).await?;
        let now = context.cluster.now().await?;
        Ok(context.printer.show(&views::lender(&address, &lender, &functions, &mint, now))?)
    }
}
