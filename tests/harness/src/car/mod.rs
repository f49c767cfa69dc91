//! Cars for stories: the real agent in a simulated car, in this process or as one of its own.

mod embedded;
mod process;

use std::path::Path;

use anyhow::Result;
use latchkey_client::Pubkey;
use latchkey_device::{
    keyring::Trusted,
    mqtt::BrokerConfig,
    store::{DiskStore, Store as _, disk::SystemDisk},
};
use solana_sdk::signer::Signer;

use crate::story::Parties;
use latchkey_protocol::Action;

pub use embedded::EmbeddedCar;
pub use process::ProcessCar;

/// The command keys that a car is provisioned with.
#[derive(Debug, Clone, Copy)]
pub struct CarKeys {
    /// May command everything.
    pub command_key: Pubkey,
    /// Must sign locks too.
    pub cosigner: Option<Pubkey>,
}

impl CarKeys {
    /// One key that may command everything.
    pub fn one(command_key: Pubkey) -> Self {
        Self { command_key, cosigner: None }
    }

    /// As these parties want it.
    pub fn of(parties: &Parties) -> Self {
        let cosigner = parties.cosigner.as_ref().map(Signer::pubkey);
        Self { command_key: parties.command_key.pubkey(), cosigner }
    }

    fn trusted(&self) -> Vec<Trusted> {
        let own = Trusted { key: self.command_key.to_bytes(), actions: Action::ALL.to_vec() };
        let cosigner = self.cosigner.map(|key| Trusted { key: key.to_bytes(), actions: vec![Action::Lock] });
        std::iter::once(own).chain(cosigner).collect()
    }

    fn lock_signatures(&self) -> u8 {
        1 + u8::from(self.cosigner.is_some())
    }
}

/// Whether the record in `directory` knows no key that may lock.
fn is_released(directory: &Path) -> Result<bool> {
    let state = DiskStore::on(SystemDisk, directory).load()?;
    Ok(state.keyring.is_some_and(|keyring| keyring.lock.required == 0 && keyring.warn.required == 0))
}

/// A broker on a port of this machine, without TLS.
fn broker(port: u16) -> BrokerConfig {
    BrokerConfig { host: "127.0.0.1".to_owned(), port, tls: None, keep_alive_secs: 15 }
}
