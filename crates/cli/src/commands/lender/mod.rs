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
        Init(apply::Init),
        Apply(apply::Apply),
        Show(show::Show),
        Policy(policy::Policy),
        Function(function::Function),
        Keepers(keepers::Keepers),
        Servicer(servicer::Servicer),
        Pause(pause::Pause),
        Unpause(pause::Unpause),
        Nominate(nominate::Nominate),
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
