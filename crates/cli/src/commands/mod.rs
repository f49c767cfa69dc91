//! The commands, one file each.

/// Declares a group of commands: the enum that clap parses, and its execution.
///
/// Each variant is one command. Its type has the arguments and the method `execute`; the type's documentation is the
/// command's help.
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

mod agreement;
mod envelope;
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
    Keygen(keygen::Keygen),
    /// Set up and manage a lender
    #[command(subcommand)]
    Lender(lender::Lender),
    /// Register cars and manage their device keys
    #[command(subcommand)]
    Vehicle(vehicle::Vehicle),
    /// Write, pay, service and close loans
    #[command(subcommand)]
    Loan(loan::Loan),
    /// Fund the function calls of a loan, in SOL
    #[command(subcommand)]
    Escrow(escrow::Escrow),
    Sign(sign::Sign),
    /// Create test money, on localnet and devnet
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
