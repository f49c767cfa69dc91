//! `latchkey-device keygen`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_link::key_file;

#[derive(Args)]
pub struct Keygen {
    /// The new file
    #[arg(long)]
    out: PathBuf,
}

impl Keygen {
    pub fn execute(&self) -> Result<()> {
        let public = key_file::generate(&self.out)?.verifying_key();
        println!("{}", bs58::encode(public.as_bytes()).into_string());
        Ok(())
    }
}
