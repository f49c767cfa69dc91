//! `latchkey loan show`

use anyhow::Result;
use clap::Args;
use latchkey_cli::views;
use latchkey_client::Pubkey;

use crate::context::Context;

#[derive(Args)]
pub struct Show {
    /// The loan
    loan: Pubkey,
}

impl Show {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let scene = context.cluster.loan_scene(&self.loan).await?;
        Ok(context.printer.show(&views::loan(&scene)?)?)
    }
}
