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
use clap::Args;
use latchkey_client::Pubkey;

use crate::context::Context;

command_group! {
    pub enum Lender {
        /// Create a lender from a lender file
        Init(apply::Init),
        /// Create or change a lender so that it is as a lender file says. Shows the differences first
        Apply(apply::Apply),
        /// Show a lender, its policy and its functions
        Show(show::Show),
        /// Change the limits for the terms of new loans
        Policy(policy::Policy),
        /// Create or change a function
        Function(function::Function),
        /// Show or change which keepers may claim function calls
        Keepers(keepers::Keepers),
        /// Change the key for daily work
        Servicer(servicer::Servicer),
        /// Pause locks and warnings for a while. Payments and unlocks continue
        Pause(pause::Pause),
        /// End the pause
        Unpause(pause::Unpause),
        /// Nominate the next authority
        Nominate(nominate::Nominate),
        /// Become the authority of a lender, as its nominee
        Accept(accept::Accept),
    }
}

/// The lender that a command is about.
#[derive(Args)]
pub struct LenderArg {
    /// The lender account [default: the settings' lender, or the one that --keypair created]
    #[arg(long, value_name = "ADDRESS")]
    lender: Option<Pubkey>,
}

impl LenderArg {
    /// The lender account's address.
    fn address(&self, context: &Context) -> Result<Pubkey> {
        context.lender(self.lender)
    }
}
