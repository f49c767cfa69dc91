use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_client::{Pubkey, pda};
use latchkey_device::{
    car::SimulatedCar, clock::Clock, device::Device, identity::Identity, keyring::Keyring, mqtt::Link,
    store::DiskStore,
};
use latchkey_protocol::{Enrolment, sealed::Envelope};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{CarKeys, broker, is_released};
use crate::story::Car;

/// How often the agent looks at its clock: virtual time may have jumped.
const TICK: Duration = Duration::from_millis(20);

/// A car whose agent runs in this process, with its memory on disk and a line to a real broker.
pub struct EmbeddedCar {
    key: SigningKey,
    memory: PathBuf,
    car: SimulatedCar,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
}

impl EmbeddedCar {
    /// Starts a car with a new key that obeys `keys` and remembers in `directory`.
    pub fn start(directory: &Path, broker_port: u16, keys: CarKeys, clock: Arc<dyn Clock>) -> Result<Self> {
        let key = SigningKey::from_bytes(&rand::random());
        let vehicle = pda::vehicle(&Pubkey::from(key.verifying_key().to_bytes())).to_bytes();
        let identity = Identity {
            program: latchkey_client::PROGRAM_ID.to_bytes(),
            vehicle,
            device_key: key.clone(),
            root: None,
            keyring: Keyring::of(&keys.trusted(), keys.lock_signatures())?,
        };
        let car = SimulatedCar::new();
        let link = Link::open(&broker(broker_port), &vehicle, clock.clone())?;
        let device = Device::start(identity, car.clone(), DiskStore::provision(directory)?, clock);
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(device.run(link, TICK, shutdown.clone()));
        Ok(Self { key, memory: directory.to_owned(), car, shutdown, serving })
    }

    /// The simulated car; a change to it changes the car.
    pub fn simulation(&self) -> &SimulatedCar {
        &self.car
    }

    /// Disconnects the agent from the broker and stops it.
    pub async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        Ok(self.serving.await?)
    }
}

#[async_trait]
impl Car for EmbeddedCar {
    fn device_key(&self) -> Pubkey {
        Pubkey::from(self.key.verifying_key().to_bytes())
    }

    async fn enrol(&mut self, lender: &Pubkey, vin_commitment: [u8; 32]) -> Result<Envelope> {
        let program = latchkey_client::PROGRAM_ID.to_bytes();
        let enrolment = Enrolment { program, lender: lender.to_bytes(), vin_commitment };
        Ok(Envelope::seal(&self.key, &enrolment.encode()))
    }

    async fn try_start(&mut self) -> Result<bool> {
        let runs = self.car.try_start();
        self.car.park();
        Ok(runs)
    }

    async fn is_released(&mut self) -> Result<bool> {
        is_released(&self.memory)
    }

    async fn warnings(&mut self) -> Result<Vec<String>> {
        Ok(self.car.look().warnings)
    }
}
