//! The argument for an enrolment.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_client::protocol::sealed::Envelope;

use crate::failure::Usage;

#[derive(Args)]
pub struct EnrolmentArg {
    /// The output of `latchkey-device enrol`, hex, or - for standard input
    #[arg(value_name = "HEX")]
    enrolment: String,
}

impl EnrolmentArg {
    pub fn read(&self) -> Result<Envelope> {
        let mut input = String::new();
        let hex = if self.enrolment == "-" {
            std::io::stdin().read_to_string(&mut input).context("cannot read standard input")?;
            input.trim()
        } else {
            &self.enrolment
        };
        let wrong = || {
            Usage(
                "this is not an enrolment: pass the hex that `latchkey-device enrol` prints, or -".to_owned(),
            )
        };
        let bytes = hex::decode(hex).map_err(|_| wrong())?;
        Envelope::open(&bytes).map_err(|_| wrong().into())
    }
}
