//! `latchkey vehicle`

mod register;
mod retire;
mod rotate_key;
mod show;

use std::io::Read as _;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use latchkey_client::protocol::sealed::Envelope;

use crate::context::Context;
use crate::failure::Usage;

#[derive(Subcommand)]
pub enum Vehicle {
    /// Register a car by the enrolment its device signed
    Register(register::Register),
    /// Show a car, what it has proven and what it was asked
    Show(show::Show),
    /// Give a car a new device key
    RotateKey(rotate_key::RotateKey),
    /// Take a car out of service
    Retire(retire::Retire),
}

impl Vehicle {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        match self {
            Self::Register(command) => command.execute(context).await,
            Self::Show(command) => command.execute(context).await,
            Self::RotateKey(command) => command.execute(context).await,
            Self::Retire(command) => command.execute(context).await,
        }
    }
}

/// A signed enrolment, as `latchkey-device enrol` prints it: hex, or `-` for standard input.
fn enrolment(text: &str) -> Result<Envelope> {
    let mut read = String::new();
    let hex = if text == "-" {
        std::io::stdin().read_to_string(&mut read).context("cannot read standard input")?;
        read.trim()
    } else {
        text
    };
    let wrong =
        || Usage("this is no enrolment: pass the hex that `latchkey-device enrol` prints, or -".to_owned());
    let bytes = hex::decode(hex).map_err(|_| wrong())?;
    Envelope::open(&bytes).map_err(|_| wrong().into())
}
