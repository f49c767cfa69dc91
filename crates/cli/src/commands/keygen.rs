//! `latchkey keygen`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_cli::printer::View;
use latchkey_client::Pubkey;
use latchkey_link::key_file;
use serde_json::json;

use crate::context::Context;

/// Create a key in a new file
#[derive(Args)]
pub struct Keygen {
    /// The new file. An existing file is never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Keygen {
    pub fn execute(&self, context: &Context) -> Result<()> {
        let key = key_file::generate(&self.out)?.verifying_key();
        let address = Pubkey::from(key.to_bytes()).to_string();
        context.show(&View::new(json!({ "address": address, "file": self.out }), address))
    }
}
