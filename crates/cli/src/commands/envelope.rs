//! Arguments for messages that a car signed.

use std::convert::Infallible;
use std::fs;
use std::io::Read as _;
use std::str::FromStr;

use anyhow::{Context as _, Result};
use latchkey_client::protocol::sealed::Envelope;

use crate::failure::Usage;

/// A signed message: hex, a file of hex, or - for standard input.
#[derive(Clone, Debug)]
pub struct EnvelopeArg(String);

impl FromStr for EnvelopeArg {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl EnvelopeArg {
    /// Reads the message. `what` names it in errors, such as `a receipt`.
    pub fn read(&self, what: &str) -> Result<Envelope> {
        Envelope::open(&self.bytes(what)?).map_err(|_| wrong(what).into())
    }

    /// Reads the bytes of a message that several may sign.
    pub fn bytes(&self, what: &str) -> Result<Vec<u8>> {
        let mut text = self.0.clone();
        if text == "-" {
            text.clear();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        } else if hex::decode(&text).is_err() {
            text = fs::read_to_string(&self.0)
                .map_err(|error| Usage(format!("{:?} is neither hex nor a file: {error}", self.0)))?;
        }
        hex::decode(text.trim()).map_err(|_| wrong(what).into())
    }
}

fn wrong(what: &str) -> Usage {
    Usage(format!("this is not {what}: pass the hex of the signed message, its file, or -"))
}
