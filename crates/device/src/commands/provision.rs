//! `latchkey-device provision`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
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
        let config = Config::load(&self.config)?;
        config.keyring().context("the configured keyring cannot be obeyed")?;
        DiskStore::provision(config.state_dir)?;
        Ok(())
    }
}
