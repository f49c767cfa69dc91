//! `latchkey lender`

mod accept;
mod apply;
mod function;
mod keepers;
mod nominate;
mod pause;
mod policy;
mod servicer;
mod show;

use anyhow::Result;
use clap::{Args, Subcommand};
use latchkey_client::Pubkey;

use crate::context::Context;

#[derive(Subcommand)]
pub enum Lender {
    /// Create a lender as a file describes it
    Init(apply::Init),
    /// Make a lender as a file describes it: show what differs, then create or change it
    Apply(apply::Apply),
    /// Show a lender and what it offers
    Show(show::Show),
    /// Change the floors of future loans
    Policy(policy::Policy),
    /// Offer or change a function
    Function(function::Function),
    /// Change which keepers may claim work
    Keepers(keepers::Keepers),
    /// Change the hot key for daily work
    Servicer(servicer::Servicer),
    /// Pause locks and warnings for a while; paying and unlocking never wait
    Pause(pause::Pause),
    /// Lift the pause
    Unpause(pause::Unpause),
    /// Nominate the next authority
    Nominate(nominate::Nominate),
    /// Take a lender over, as its nominee
    Accept(accept::Accept),
}

impl Lender {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        match self {
            Self::Init(command) => command.execute(context).await,
            Self::Apply(command) => command.execute(context).await,
            Self::Show(command) => command.execute(context).await,
            Self::Policy(command) => command.execute(context).await,
            Self::Function(command) => command.execute(context).await,
            Self::Keepers(command) => command.execute(context).await,
            Self::Servicer(command) => command.execute(context).await,
            Self::Pause(command) => command.execute(context).await,
            Self::Unpause(command) => command.execute(context).await,
            Self::Nominate(command) => command.execute(context).await,
            Self::Accept(command) => command.execute(context).await,
        }
    }
}

/// Which lender.
#[derive(Args)]
pub struct Which {
    /// The lender account [default: the settings' lender, or the one that who signs has created]
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
}
