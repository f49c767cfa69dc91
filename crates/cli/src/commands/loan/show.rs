//! `latchkey loan show`

use anyhow::Result;
use clap::Args;
use latchkey_cli::views;

use crate::commands::LoanArg;
use crate::context::Context;

/// Show a loan: its status, what it owes, and its dates
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    loan: LoanArg,
}

impl Show {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        context.show(&views::loan(&self.loan.read(context).await?)?)
    }
}
