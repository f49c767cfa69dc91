//! The configuration file of a device, TOML.

use std::path::{Path, PathBuf};

use latchkey_link::config_file::{self, ConfigFileError};
use latchkey_link::key_file::{self, KeyFileError};
use latchkey_protocol::{Action, Key};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::NetworkTime;
use crate::identity::Identity;
use crate::keyring::{BadKeyring, Keyring, Trusted};
use crate::mqtt::BrokerConfig;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The program's address, base58.
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub program: Key,
    /// The vehicle account's address, base58.
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub vehicle: Key,
    /// The device key's file.
    pub device_key: PathBuf,
    /// Directory for what the agent remembers.
    pub state_dir: PathBuf,
    /// When the machine's clock is network time: the path of a file, or `always`.
    #[serde(default)]
    pub network_time: NetworkTime,
    /// Where a local socket takes envelopes that were carried to the car.
    pub socket: Option<PathBuf>,
    /// The device of a serial line that takes them too, such as a keypad or a radio at `/dev/ttyS1`.
    pub serial: Option<PathBuf>,
    /// The key that hands the car over to other command keys, base58. Without one they stay as they are here.
    #[serde(default, serialize_with = "write_some_key", deserialize_with = "read_some_key")]
    pub root: Option<Key>,
    /// The key of the function whose codes unlock the car, base58, until its first hand-over. Without one it takes no codes.
    #[serde(default, serialize_with = "write_some_key", deserialize_with = "read_some_key")]
    pub code_key: Option<Key>,
    /// How many of the keys that may lock must sign a lock.
    #[serde(default = "one")]
    pub lock_signatures: u8,
    /// Command keys that the car obeys until its first hand-over: at least one, and at most three for an action.
    #[serde(deserialize_with = "read_keyring")]
    pub keyring: Vec<Trusted>,
    pub broker: BrokerConfig,
}

/// Why the device does not know who it is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error("the configured keyring cannot be obeyed")]
    Keyring(#[from] BadKeyring),
}

impl Config {
    /// Reads a configuration. Unknown keys are errors.
    pub fn load(path: &Path) -> Result<Self, ConfigFileError> {
        config_file::read(path)
    }

    /// Whom the car obeys until its first hand-over.
    pub fn keyring(&self) -> Result<Keyring, BadKeyring> {
        Ok(Keyring { code_key: self.code_key, ..Keyring::of(&self.keyring, self.lock_signatures)? })
    }

    /// Who the device is. Reads its key file.
    pub fn identity(&self) -> Result<Identity, IdentityError> {
        Ok(Identity {
            program: self.program,
            vehicle: self.vehicle,
            device_key: key_file::read(&self.device_key)?,
            root: self.root,
            keyring: self.keyring()?,
        })
    }
}

pub(crate) fn read_keyring<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Trusted>, D::Error> {
    let keyring = Vec::<Trusted>::deserialize(deserializer)?;
    if keyring.is_empty() {
        return Err(D::Error::custom(
            "the keyring is empty: name a command key, or the car obeys no command",
        ));
    }
    Ok(keyring)
}

pub(crate) fn read_actions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Action>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let action = |name: &String| name.parse().map_err(|error| D::Error::custom(format!("{name}: {error}")));
    names.iter().map(action).collect()
}

pub(crate) fn read_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_key(&text).ok_or_else(|| D::Error::custom("not a base58 address of 32 bytes"))
}

fn one() -> u8 {
    1
}

fn read_some_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Key>, D::Error> {
    read_key(deserializer).map(Some)
}

#[expect(clippy::ref_option, reason = "serde asks for it")]
fn write_some_key<S: Serializer>(key: &Option<Key>, serializer: S) -> Result<S::Ok, S::Error> {
    match key {
        Some(key) => write_key(key, serializer),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn write_actions<S: Serializer>(actions: &[Action], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(actions.iter().map(|action| action.name()))
}

pub(crate) fn write_key<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&bs58::encode(key).into_string())
}

/// Reads a base58 address of 32 bytes.
pub fn parse_key(text: &str) -> Option<Key> {
    let mut key = [0; 32];
    (bs58::decode(text).onto(&mut key).ok()? == key.len()).then_some(key)
}
