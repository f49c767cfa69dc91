//! `latchkey-device simulate`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_device::car::Simulation;
use latchkey_device::fleet::{FleetCar, FleetConfig};
use latchkey_link::config_file;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::typed;

#[derive(Args)]
pub struct Simulate {
    /// The fleet's configuration file
    #[arg(long)]
    config: PathBuf,
    /// How many cars
    #[arg(long, default_value_t = 10)]
    cars: usize,
}

impl Simulate {
    pub async fn execute(&self) -> Result<()> {
        let config: FleetConfig = config_file::read(&self.config)?;
        let shutdown = CancellationToken::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut fleet = Vec::with_capacity(self.cars);
        for number in 0..self.cars {
            let car = FleetCar::start(&config, number, shutdown.clone())
                .with_context(|| format!("car {number} does not start"))?;
            let base58 = |key| bs58::encode(key).into_string();
            let (vehicle, device_key) = (base58(car.vehicle), base58(car.device_key));
            println!("{}", json!({ "number": number, "vehicle": vehicle, "device_key": device_key }));
            let printed = print(number, &car);
            fleet.push((car, printed));
        }

        let mut typed = typed::lines();
        let mut glances = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                Some(line) = typed.recv() => work(&fleet, &line),
                _ = glances.tick() => {
                    for (number, (car, printed)) in fleet.iter_mut().enumerate() {
                        if car.car.look() != *printed {
                            *printed = print(number, car);
                        }
                        if car.serving.is_finished() {
                            bail!("the agent of car {number} stopped by itself");
                        }
                    }
                }
                _ = tokio::signal::ctrl_c() => break,
                _ = terminate.recv() => break,
            }
        }
        shutdown.cancel();
        for (car, _) in fleet {
            car.serving.await.context("an agent failed")?;
        }
        Ok(())
    }
}

/// Does with a car what was typed: `start 3`, `park 3`.
fn work(fleet: &[(FleetCar, Simulation)], line: &str) {
    let mut words = line.split_whitespace();
    let verb = words.next();
    let number = words.next().and_then(|number| number.parse::<usize>().ok());
    match (verb, number.and_then(|number| fleet.get(number))) {
        (Some("start"), Some((car, _))) => _ = car.car.try_start(),
        (Some("park"), Some((car, _))) => car.car.park(),
        _ => eprintln!("unknown: {line}; type start or park and a car's number"),
    }
}

fn print(number: usize, car: &FleetCar) -> Simulation {
    let look = car.car.look();
    println!("{}", json!({ "number": number, "car": look }));
    look
}
