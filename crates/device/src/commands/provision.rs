//! `latchkey-device provision`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use latchkey_device::config::Config;
use latchkey_device::store::DiskStore;

#[derive(Args)]
pub struct Provision {
    /// The configuration file
    #[arg(long)]
    config: PathBuf,
}

impl Provision {
    pub fn execute(&self) -> Result<()> {
        DiskStore::provision(Config::load(&self.config)?.state_dir)?;
        Ok(())
    }
}
