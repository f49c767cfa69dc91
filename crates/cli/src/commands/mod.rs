//! The commands, one file each.

/// Declares a group of commands: the enum that clap parses, and its execution.
///
/// Each variant is one command: its help, its name, and the type of its arguments, which has the method `execute`.
macro_rules! command_group {
    ($(#[$group:meta])* pub enum $name:ident { $($(#[$command:meta])* $variant:ident($arguments:ty),)+ }) => {
        $(#[$group])*
        #[derive(clap::Subcommand)]
        pub enum $name {
            $($(#[$command])* $variant($arguments),)+
        }

        impl $name {
            pub async fn execute(&self, context: &crate::context::Context) -> anyhow::Result<()> {
                match self {
                    $(Self::$variant(command) => command.execute(context).await,)+
                }
            }
        }
    };
}

mod escrow;
mod keygen;
mod lender;
mod loan;
mod localnet;
mod sign;
mod signers;
mod vehicle;

use anyhow::Result;
use clap::{Args, Subcommand};
use latchkey_cli::chain::LoanAccounts;
use latchkey_client::Pubkey;

use crate::context::Context;

#[derive(Subcommand)]
pub enum Commands {
    /// Create a key in a new file
    Keygen(keygen::Keygen),
    /// Set up and manage a lender
    #[command(subcommand)]
    Lender(lender::Lender),
    /// Cars and their device keys
    #[command(subcommand)]
    Vehicle(vehicle::Vehicle),
    /// Write, pay, service and close loans
    #[command(subcommand)]
    Loan(loan::Loan),
    /// The SOL that pays for a loan's function calls
    #[command(subcommand)]
    Escrow(escrow::Escrow),
    /// Sign a transaction that --sign-only printed, and send it once all have signed
    Sign(sign::Sign),
    /// Test money, for localnet and devnet
    #[command(subcommand)]
    Localnet(localnet::Localnet),
}

impl Commands {
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

/// The loan that a command is about.
#[derive(Args)]
pub struct LoanArg {
    /// The loan account
    loan: Pubkey,
}

impl LoanArg {
    async fn read(&self, context: &Context) -> Result<LoanAccounts> {
        Ok(context.cluster.loan_accounts(&self.loan).await?)
    }
}
