//! `latchkey keygen`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_cli::keys;
use latchkey_cli::printer::View;
use serde_json::json;
use solana_sdk::signer::Signer as _;

use crate::context::Context;

#[derive(Args)]
pub struct Keygen {
    /// The new file; one that exists is never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Keygen {
    pub fn execute(&self, context: &Context) -> Result<()> {
        let address = keys::generate(&self.out)?.pubkey().to_string();
        let json = json!({ "address": address, "file": self.out });
        Ok(context.printer.show(&View::new(json, address))?)
    }
}
