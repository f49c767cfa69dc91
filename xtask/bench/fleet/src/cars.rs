//! Simulated cars, all in one `latchkey-device simulate`, each with a key, a memory and a connection of its own; and what
//! passes between them and the keeper at the broker.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, str};

use anyhow::{Context as _, Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use latchkey_device::fleet::FleetConfig;
use latchkey_device::keyring::Trusted;
use latchkey_device::mqtt::BrokerConfig;
use latchkey_device::store::DiskStore;
use latchkey_harness::process::{Process, Spec};
use latchkey_link::key_file;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, topics};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// Where cars remember, if this machine has it: a disk that waits for no device, because many cars share one machine here.
const MEMORY: &str = "/dev/shm";
const LOOK: Duration = Duration::from_millis(50);
const LIMIT: Duration = Duration::from_mins(2);

/// Device keys of cars: the same seed gives the same.
#[derive(Clone, Copy, Debug)]
pub struct DeviceKeys {
    pub seed: u64,
    pub count: usize,
}

impl DeviceKeys {
    fn each(self) -> impl Iterator<Item = SigningKey> {
        (0..self.count as u64).map(move |number| {
            let mut secret = [0; 32];
            secret[..8].copy_from_slice(&self.seed.to_le_bytes());
            secret[8..16].copy_from_slice(&number.to_le_bytes());
            SigningKey::from_bytes(&secret)
        })
    }

    /// The addresses of the vehicles that enrolling these cars makes.
    pub fn vehicles(self) -> Vec<Pubkey> {
        self.each().map(|key| pda::vehicle(&Pubkey::from(key.verifying_key().to_bytes()))).collect()
    }

    /// The cars' signed enrolments with a lender.
    pub fn enrolments(self, lender: &Pubkey) -> Vec<Envelope> {
        let (program, lender) = (PROGRAM_ID.to_bytes(), lender.to_bytes());
        let enrolment = Enrolment { program, lender, vin_commitment: [1; 32] }.encode();
        self.each().map(|key| Envelope::seal(&key, &enrolment)).collect()
    }
}

/// What passed between a car and the keeper.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// When the broker first passed a command on.
    pub command: Instant,
    /// How often it did.
    pub commands: u32,
    /// When it first passed the car's receipt on.
    pub receipt: Option<Instant>,
}

#[derive(Default)]
struct Listened {
    online: HashSet<String>,
    heard: HashMap<String, Heard>,
}

/// Cars that are connected to a broker.
pub struct Cars {
    process: Process,
    listened: Arc<Mutex<Listened>>,
    listening: JoinHandle<()>,
    _directory: TempDir,
}

impl Cars {
    /// Makes cars with these keys that obey `command_key`, and starts them. Returns once each is connected.
    pub async fn start(
        program: PathBuf,
        keys: DeviceKeys,
        broker_port: u16,
        command_key: &Pubkey,
    ) -> Result<Self> {
        let memory = Path::new(MEMORY);
        let directory = if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? };
        let listened: Arc<Mutex<Listened>> = Arc::default();
        let listening = listen(broker_port, Arc::clone(&listened)).await?;
        let fleet = directory.path().join("cars");
        for (number, key) in keys.each().enumerate() {
            let home = fleet.join(format!("car-{number:05}"));
            DiskStore::provision(home.join("state"))?;
            key_file::write(&home.join("device.json"), &key)?;
        }
        let config = FleetConfig {
            program: PROGRAM_ID.to_bytes(),
            directory: fleet,
            keyring: vec![Trusted { key: command_key.to_bytes(), actions: Action::ALL.to_vec() }],
            broker: BrokerConfig {
                host: "127.0.0.1".to_owned(),
                port: broker_port,
                tls: None,
                keep_alive_secs: 60,
            },
        };
        fs::write(directory.path().join("fleet.toml"), toml::to_string(&config)?)?;
        let process = Spec::new("latchkey-device", program, directory.path())
            .args(["simulate", "--config", "fleet.toml", "--cars", &keys.count.to_string()])
            .env("RUST_LOG", "warn")
            .start()?;
        let mut cars = Self { process, listened, listening, _directory: directory };
        cars.connected(keys.count).await?;
        Ok(cars)
    }

    async fn connected(&mut self, count: usize) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while self.look(|listened| listened.online.len()) < count {
            self.process.check(deadline.into_std(), "did not connect every car")?;
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// What passed between a car and the keeper.
    pub fn heard(&self, vehicle: &Pubkey) -> Option<Heard> {
        self.look(|listened| listened.heard.get(&vehicle.to_string()).copied())
    }

    /// Fails if they do not run or are not listened to any more.
    pub fn alive(&mut self) -> Result<()> {
        ensure!(!self.listening.is_finished(), "the broker closed the connection that listens to the cars");
        self.process.alive()
    }

    /// The number of their process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn look<T>(&self, at: impl FnOnce(&Listened) -> T) -> T {
        at(&self.listened.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Cars {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Notes what passes the broker. Returns once the broker has confirmed the subscriptions.
async fn listen(port: u16, listened: Arc<Mutex<Listened>>) -> Result<JoinHandle<()>> {
    let mut options = MqttOptions::new("bench", "127.0.0.1", port);
    options.set_keep_alive(Duration::from_secs(10));
    options.set_receive_maximum(Some(u16::MAX));
    let (client, mut events) = AsyncClient::new(options, 16);
    let wildcards = [topics::presence("+"), topics::command("+"), topics::receipt("+")];
    for topic in &wildcards {
        client.subscribe(topic, QoS::AtMostOnce).await?;
    }
    timeout(Duration::from_secs(10), async {
        let mut granted = 0;
        while granted < wildcards.len() {
            granted += usize::from(matches!(events.poll().await?, Event::Incoming(Packet::SubAck(_))));
        }
        anyhow::Ok(())
    })
    .await
    .context("the broker never confirmed the subscriptions")??;
    Ok(tokio::spawn(async move {
        // The client keeps the request channel open for as long as the loop runs.
        let _client = client;
        while let Ok(event) = events.poll().await {
            if let Event::Incoming(Packet::Publish(publish)) = event {
                note(&mut listened.lock().unwrap_or_else(PoisonError::into_inner), &publish);
            }
        }
    }))
}

fn note(listened: &mut Listened, publish: &Publish) {
    let now = Instant::now();
    let Ok(topic) = str::from_utf8(&publish.topic) else { return };
    let mut parts = topic.rsplit('/');
    let (Some(kind), Some(vehicle)) = (parts.next(), parts.next()) else { return };
    match kind {
        "presence" if publish.payload == "online" => _ = listened.online.insert(vehicle.to_owned()),
        "command" => {
            let new = Heard { command: now, commands: 0, receipt: None };
            listened.heard.entry(vehicle.to_owned()).or_insert(new).commands += 1;
        }
        "receipt" => {
            if let Some(heard) = listened.heard.get_mut(vehicle) {
                heard.receipt.get_or_insert(now);
            }
        }
        _ => {}
    }
}
