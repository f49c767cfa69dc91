//! `latchkey-device run`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_device::car::{SimulatedCar, Simulation};
use latchkey_device::clock::SystemClock;
use latchkey_device::config::Config;
use latchkey_device::device::Device;
use latchkey_device::mqtt::Link;
use latchkey_device::socket::Socket;
use latchkey_device::store::DiskStore;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::typed;

#[derive(Args)]
pub struct Run {
    /// The configuration file
    #[arg(long)]
    config: PathBuf,
}

impl Run {
    pub async fn execute(&self) -> Result<()> {
        let config = Config::load(&self.config)?;
        let car = SimulatedCar::new();
        let store = DiskStore::open(&config.state_dir)?;
        let clock = Arc::new(SystemClock::new(config.network_time.clone()));
        let link = Link::open(&config.broker, &config.vehicle, clock.clone())?;
        let device = Device::start(config.identity()?, car.clone(), store, clock);
        let socket = config.socket.as_deref().map(Socket::open).transpose().with_context(|| {
            format!("cannot listen at the socket {:?}: check that its directory exists", config.socket)
        })?;
        let shutdown = CancellationToken::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut serving =
            tokio::spawn(device.run_with(link, socket, Duration::from_millis(250), shutdown.clone()));

        let mut typed = typed::lines();
        let mut glances = tokio::time::interval(Duration::from_millis(100));
        let mut printed = print(&car);
        loop {
            tokio::select! {
                Some(word) = typed.recv() => match word.trim() {
                    "start" => {
                        car.try_start();
                        printed = print(&car);
                    }
                    "park" => {
                        car.park();
                        printed = print(&car);
                    }
                    "state" => printed = print(&car),
                    other => eprintln!("unknown: {other}; type start, park or state"),
                },
                _ = glances.tick() => {
                    if car.look() != printed {
                        printed = print(&car);
                    }
                }
                // Without its agent the car would hear no command.
                ended = &mut serving => {
                    ended.context("the agent failed")?;
                    bail!("the agent stopped by itself");
                }
                _ = tokio::signal::ctrl_c() => break,
                _ = terminate.recv() => break,
            }
        }
        shutdown.cancel();
        serving.await.context("the agent failed")
    }
}

fn print(car: &SimulatedCar) -> Simulation {
    let look = car.look();
    println!("{}", json!({ "car": look }));
    look
}
