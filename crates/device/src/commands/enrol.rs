//! `latchkey-device enrol`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use latchkey_device::config::parse_key;
use latchkey_link::key_file;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Enrolment, Key};

#[derive(Args)]
pub struct Enrol {
    /// The device key's file
    #[arg(long)]
    key: PathBuf,
    /// The program's address, base58
    #[arg(long)]
    program: String,
    /// The lender account's address, base58
    #[arg(long)]
    lender: String,
    /// The salted SHA-256 of the vehicle identification number, hex
    #[arg(long)]
    vin_commitment: String,
}

impl Enrol {
    pub fn execute(&self) -> Result<()> {
        let mut vin_commitment = [0; 32];
        hex::decode_to_slice(&self.vin_commitment, &mut vin_commitment)
            .context("the VIN commitment must be 32 bytes of hex")?;
        let enrolment =
            Enrolment { program: address(&self.program)?, lender: address(&self.lender)?, vin_commitment };
        let signed = Envelope::seal(&key_file::read(&self.key)?, &enrolment.encode());
        println!("{}", hex::encode(signed.to_bytes()));
        Ok(())
    }
}

fn address(text: &str) -> Result<Key> {
    parse_key(text).with_context(|| format!("{text} is not a base58 address"))
}
