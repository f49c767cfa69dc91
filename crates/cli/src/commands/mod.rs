//! The commands, one file each.

mod escrow;
mod keygen;
mod lender;
mod loan;
mod localnet;
mod sign;
mod vehicle;

use anyhow::Result;
use clap::{Args, Subcommand};
use latchkey_cli::keys::Named;

use crate::context::Context;

#[derive(Subcommand)]
pub enum Command {
    /// Make a key in a new file
    Keygen(keygen::Keygen),
    /// What a lender sets up
    #[command(subcommand)]
    Lender(lender::Lender),
    /// Cars and their keys
    #[command(subcommand)]
    Vehicle(vehicle::Vehicle),
    /// The life of a loan
    #[command(subcommand)]
    Loan(loan::Loan),
    /// What pays for function calls
    #[command(subcommand)]
    Escrow(escrow::Escrow),
    /// Add a signature to a transaction that --sign-only printed, and send it when it is complete
    Sign(sign::Sign),
    /// Play money, for localnet and devnet
    #[command(subcommand)]
    Localnet(localnet::Localnet),
}

impl Command {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        match self {
            Self::Keygen(command) => command.execute(context),
            Self::Lender(command) => command.execute(context).await,
            Self::Vehicle(command) => command.execute(context).await,
            Self::Loan(command) => command.execute(context).await,
            Self::Escrow(command) => command.execute(context).await,
            Self::Sign(command) => command.execute(context).await,
            Self::Localnet(command) => command.execute(context).await,
        }
    }
}

/// Who signs for the lender.
#[derive(Args)]
pub struct LenderKey {
    /// The lender's authority or servicer: a keypair file, or an address whose owner signs later [default: who signs]
    #[arg(long, value_name = "FILE")]
    lender_keypair: Option<Named>,
}

/// Who signs for the borrower.
#[derive(Args)]
pub struct BorrowerKey {
    /// The borrower: a keypair file, or an address whose owner signs later [default: who signs]
    #[arg(long, value_name = "FILE")]
    borrower_keypair: Option<Named>,
}
