//! Many simulated cars in one process, each with a key and a state directory of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_link::key_file::{self, KeyFileError};
use latchkey_link::tls::TlsError;
use latchkey_protocol::Key;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::address;
use crate::car::SimulatedCar;
use crate::clock::{NetworkTime, SystemClock};
use crate::config::{read_key, read_keyring, write_key};
use crate::device::Device;
use crate::identity::Identity;
use crate::keyring::{BadKeyring, Keyring, Trusted};
use crate::mqtt::{BrokerConfig, Link};
use crate::store::{DiskStore, StoreError};

/// A fleet's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetConfig {
    /// The program's address, base58.
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub program: Key,
    /// Holds a directory for each car, with its key and its state. It is made if it does not exist.
    pub directory: PathBuf,
    /// Command keys that every car of the fleet obeys.
    #[serde(deserialize_with = "read_keyring")]
    pub keyring: Vec<Trusted>,
    pub broker: BrokerConfig,
}

/// Why a car of the fleet does not start.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    #[error("cannot make the directory {path}: check that its parent exists and belongs to you")]
    Directory {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Keyring(#[from] BadKeyring),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A car of the fleet, whose agent runs.
#[derive(Debug)]
pub struct FleetCar {
    /// Address of the vehicle account that registering this car makes.
    pub vehicle: Key,
    /// Public.
    pub device_key: Key,
    pub car: SimulatedCar,
    /// The agent's task. It ends only at the shutdown, or by a bug.
    pub serving: JoinHandle<()>,
}

impl FleetCar {
    /// Starts the fleet's car of this number, and serves it until `shutdown`. A car that was started before keeps its
    /// key and its state. Must be called within a Tokio runtime.
    pub fn start(
        config: &FleetConfig,
        number: usize,
        shutdown: CancellationToken,
    ) -> Result<Self, FleetError> {
        let home = config.directory.join(format!("car-{number:05}"));
        let state = home.join("state");
        let device_key = own_key(&home, &state)?;
        let public = device_key.verifying_key().to_bytes();
        let vehicle = address::vehicle(&config.program, &public);
        let keyring = Keyring::of(&config.keyring, 1)?;
        let identity = Identity { program: config.program, vehicle, device_key, root: None, keyring };
        let car = SimulatedCar::new();
        let store = DiskStore::open(state)?;
        let clock = Arc::new(SystemClock::new(NetworkTime::Always));
        let link = Link::open(&config.broker, &vehicle, clock.clone())?;
        let device = Device::start(identity, car.clone(), store, clock);
        let serving = tokio::spawn(device.run(link, Duration::from_millis(250), shutdown));
        Ok(Self { vehicle, device_key: public, car, serving })
    }
}

/// The key in the car's directory. A car that has none is new: it is provisioned, and given one.
fn own_key(home: &Path, state: &Path) -> Result<SigningKey, FleetError> {
    std::fs::create_dir_all(home)
        .map_err(|source| FleetError::Directory { path: home.to_owned(), source })?;
    let path = home.join("device.json");
    if path.exists() {
        return Ok(key_file::read(&path)?);
    }
    match DiskStore::provision(state) {
        // It was provisioned before the power went.
        Ok(_) | Err(StoreError::Provisioned { .. }) => Ok(key_file::generate(&path)?),
        Err(error) => Err(error.into()),
    }
}
