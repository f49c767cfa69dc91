//! Many simulated cars in one process, each with a key and a memory of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::{SigningKey, VerifyingKey};
use latchkey_link::key_file::{self, KeyFileError};
use latchkey_link::tls::TlsError;
use latchkey_protocol::Key;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::agent::Identity;
use crate::car::SimulatedCar;
use crate::clock::SystemClock;
use crate::config::{TrustedConfig, base58, keyring, trusted};
use crate::device::{Device, DeviceError};
use crate::mqtt::{BrokerConfig, Link};
use crate::store::{DiskStore, StoreError};

/// A fleet's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetConfig {
    /// The program's address, base58.
    #[serde(deserialize_with = "base58")]
    pub program: Key,
    /// Where each car has a directory with its key and its state. Made if need be.
    pub directory: PathBuf,
    /// Whose commands count.
    #[serde(deserialize_with = "keyring")]
    pub keyring: Vec<TrustedConfig>,
    /// Where the broker is.
    pub broker: BrokerConfig,
}

/// Why a car of the fleet does not start.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// Its directory cannot be made.
    #[error("cannot make {}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// Its key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// Its state cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its agent does not come up.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Its line cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A car of the fleet, at work.
#[derive(Debug)]
pub struct FleetCar {
    /// The vehicle account's address, as it is once this car is registered.
    pub vehicle: Key,
    /// The device's public key.
    pub device_key: Key,
    /// The car.
    pub car: SimulatedCar,
    /// Its agent. It ends only when told to, or by a bug.
    pub serving: JoinHandle<()>,
}

impl FleetCar {
    /// Starts the fleet's car of this number until `shutdown`: the same car as the last time, if it has been here
    /// before. Must be called within a Tokio runtime.
    pub fn start(
        config: &FleetConfig,
        number: usize,
        shutdown: CancellationToken,
    ) -> Result<Self, FleetError> {
        let home = config.directory.join(format!("car-{number:05}"));
        let device_key = own_key(&home)?;
        let public = device_key.verifying_key().to_bytes();
        let vehicle = vehicle_address(&config.program, &public);
        let identity =
            Identity { program: config.program, vehicle, device_key, keyring: trusted(&config.keyring) };
        let car = SimulatedCar::new();
        let store = DiskStore::open(home.join("state"))?;
        let device = Device::start(identity, car.clone(), store, Arc::new(SystemClock))?;
        let link = Link::open(&config.broker, &vehicle)?;
        let serving = tokio::spawn(device.run(link, Duration::from_millis(250), shutdown));
        Ok(Self { vehicle, device_key: public, car, serving })
    }
}

/// The key in the car's directory, made the first time.
fn own_key(home: &Path) -> Result<SigningKey, FleetError> {
    std::fs::create_dir_all(home)
        .map_err(|source| FleetError::Directory { path: home.to_owned(), source })?;
    let path = home.join("device.json");
    Ok(if path.exists() { key_file::read(&path)? } else { key_file::generate(&path)? })
}

/// The address of the vehicle account registered with this device key: the first hash, counted down from 255, that is
/// no point of the curve.
pub fn vehicle_address(program: &Key, device_key: &Key) -> Key {
    let hash = |bump: u8| -> Key {
        Sha256::new()
            .chain_update(b"vehicle")
            .chain_update(device_key)
            .chain_update([bump])
            .chain_update(program)
            .chain_update(b"ProgramDerivedAddress")
            .finalize()
            .into()
    };
    // Half of all hashes are points: that all 256 are will not happen.
    (0..=u8::MAX)
        .rev()
        .map(hash)
        .find(|address| VerifyingKey::from_bytes(address).is_err())
        .unwrap_or_default()
}
