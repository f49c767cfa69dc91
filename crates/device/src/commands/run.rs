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
use latchkey_device::port::{self, Brought, Carrier, Port, Serial, Socket};
use latchkey_device::store::DiskStore;
use latchkey_protocol::code::Code;
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
        let (keypad, keys) = port::inside();
        let mut ports: Vec<Box<dyn Port>> = vec![Box::new(link), Box::new(keys)];
        if let Some(path) = &config.socket {
            ports.push(Box::new(Socket::open(path).with_context(|| {
                format!("cannot listen at the socket {}: check that its directory exists", path.display())
            })?));
        }
        if let Some(path) = &config.serial {
            ports.push(Box::new(Serial::open(path).with_context(|| {
                format!("cannot open the serial line {}: check that it belongs to you", path.display())
            })?));
        }
        let shutdown = CancellationToken::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut serving = tokio::spawn(device.serve(ports, Duration::from_millis(250), shutdown.clone()));

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
                    word => match word.strip_prefix("code ").map(str::parse) {
                        Some(Ok(code)) => drop(tokio::spawn(type_code(keypad.clone(), code))),
                        Some(Err(error)) => eprintln!("{error}"),
                        None => eprintln!("unknown: {word}; type start, park, state, or code and its digits"),
                    },
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

/// Types a code at the car's keypad, and prints what it shows then.
async fn type_code(keypad: Carrier, code: Code) {
    if let Some(reply) = keypad.bring(Brought::Code(code)).await {
        println!("{}", json!({ "code": port::write(&reply) }));
    }
}

fn print(car: &SimulatedCar) -> Simulation {
    let look = car.look();
    println!("{}", json!({ "car": look }));
    look
}
