//! `latchkey escrow`

mod fund;
mod show;
mod withdraw;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

#[derive(Subcommand)]
pub enum Escrow {
    /// Add SOL to a loan's escrow; anybody may
    Fund(fund::Fund),
    /// Take SOL out of a loan's escrow, to the lender's authority
    Withdraw(withdraw::Withdraw),
    /// Show a loan's escrow
    Show(show::Show),
}

impl Escrow {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        match self {
            Self::Fund(command) => command.execute(context).await,
            Self::Withdraw(command) => command.execute(context).await,
            Self::Show(command) => command.execute(context).await,
        }
    }
}
