//! The configuration file of a device, TOML.

use std::path::{Path, PathBuf};

use latchkey_link::key_file::{self, KeyFileError};
use latchkey_protocol::{Action, Key};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::agent::{Identity, Trusted};
use crate::mqtt::BrokerConfig;

/// A device's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The program's address, base58.
    #[serde(deserialize_with = "base58")]
    pub program: Key,
    /// The vehicle account's address, base58.
    #[serde(deserialize_with = "base58")]
    pub vehicle: Key,
    /// The device key's file.
    pub device_key: PathBuf,
    /// Where state is kept.
    pub state_dir: PathBuf,
    /// Whose commands count.
    #[serde(deserialize_with = "keyring")]
    pub keyring: Vec<TrustedConfig>,
    /// Where the broker is.
    pub broker: BrokerConfig,
}

/// A command key and what it may command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedConfig {
    /// The ed25519 key, base58.
    #[serde(deserialize_with = "base58")]
    pub key: Key,
    /// Any of `warn`, `lock`, `unlock`.
    pub actions: Vec<ActionName>,
}

/// An action's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    /// Warn the driver.
    Warn,
    /// Inhibit the next start.
    Lock,
    /// Let the car start.
    Unlock,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Warn => Self::Warn,
            ActionName::Lock => Self::Lock,
            ActionName::Unlock => Self::Unlock,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: std::io::Error,
    },
    /// The file is not a configuration.
    #[error("the configuration {} is not valid", path.display())]
    Invalid {
        /// Which.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: Box<toml::de::Error>,
    },
}

impl Config {
    /// Reads a configuration. Unknown keys are errors.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        read(path)
    }

    /// Who the device is, its key loaded.
    pub fn identity(&self) -> Result<Identity, KeyFileError> {
        Ok(Identity {
            program: self.program,
            vehicle: self.vehicle,
            device_key: key_file::read(&self.device_key)?,
            keyring: trusted(&self.keyring),
        })
    }
}

/// Reads a configuration of any kind.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|source| ConfigError::Invalid { path: path.to_owned(), source: Box::new(source) })
}

pub(crate) fn trusted(keyring: &[TrustedConfig]) -> Vec<Trusted> {
    let trusted = |entry: &TrustedConfig| Trusted {
        key: entry.key,
        actions: entry.actions.iter().copied().map(Action::from).collect(),
    };
    keyring.iter().map(trusted).collect()
}

pub(crate) fn keyring<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TrustedConfig>, D::Error> {
    let keyring = Vec::<TrustedConfig>::deserialize(deserializer)?;
    if keyring.is_empty() {
        return Err(serde::de::Error::custom(
            "the keyring is empty: name a command key, or the car obeys nobody",
        ));
    }
    Ok(keyring)
}

pub(crate) fn base58<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_key(&text).ok_or_else(|| serde::de::Error::custom("not a base58 address of 32 bytes"))
}

/// Reads a base58 address of 32 bytes.
pub fn parse_key(text: &str) -> Option<Key> {
    let mut key = [0; 32];
    (bs58::decode(text).onto(&mut key).ok()? == key.len()).then_some(key)
}
