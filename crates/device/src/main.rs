//! `latchkey-device`: the agent of a simulated car. The car's hardware is the one part that is not real here: its
//! ignition is worked through standard input, and what it does is printed as one JSON object a line.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use latchkey_device::car::SimulatedCar;
use latchkey_device::clock::SystemClock;
use latchkey_device::config::{Config, parse_key};
use latchkey_device::device::Device;
use latchkey_device::key;
use latchkey_device::mqtt::Link;
use latchkey_device::store::DiskStore;
use latchkey_protocol::Enrolment;
use latchkey_protocol::sealed::Envelope;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// A Latchkey car's agent
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a simulated car: type `start`, `park` or `state`, one a line
    Run {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
    },
    /// Make a device key in a new file and print its public key
    Keygen {
        /// The new file
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the signed enrolment that registers this car with a lender, as hex
    Enrol {
        /// The device key's file
        #[arg(long)]
        key: PathBuf,
        /// The program's address, base58
        #[arg(long)]
        program: String,
        /// The lender account's address, base58
        #[arg(long)]
        lender: String,
        /// The salted SHA-256 of the vehicle identification number, hex
        #[arg(long)]
        vin_commitment: String,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Cli::parse().command {
        Command::Run { config } => run(&config).await,
        Command::Keygen { out } => {
            let public = key::generate(&out)?.verifying_key();
            println!("{}", bs58::encode(public.as_bytes()).into_string());
            Ok(())
        }
        Command::Enrol { key, program, lender, vin_commitment } => {
            let address =
                |text: &str| parse_key(text).with_context(|| format!("{text} is not a base58 address"));
            let mut commitment = [0; 32];
            hex::decode_to_slice(&vin_commitment, &mut commitment)
                .context("the VIN commitment must be 32 bytes of hex")?;
            let enrolment = Enrolment {
                program: address(&program)?,
                lender: address(&lender)?,
                vin_commitment: commitment,
            };
            let signed = Envelope::seal(&key::load(&key)?, &enrolment.encode());
            println!("{}", hex::encode(signed.to_bytes()));
            Ok(())
        }
    }
}

async fn run(config: &std::path::Path) -> Result<()> {
    let config = Config::load(config)?;
    let car = SimulatedCar::new();
    let store = DiskStore::open(&config.state_dir)?;
    let device = Device::start(config.identity()?, car.clone(), store, Arc::new(SystemClock))?;
    let link = Link::open(&config.broker, &config.vehicle)?;
    let shutdown = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut serving = tokio::spawn(device.run(link, Duration::from_millis(250), shutdown.clone()));

    print(&car);
    let mut typed = typed_lines();
    let mut glances = tokio::time::interval(Duration::from_millis(100));
    let mut printed = car.look();
    loop {
        tokio::select! {
            Some(word) = typed.recv() => match word.trim() {
                "start" => { car.try_start(); print(&car); }
                "park" => { car.park(); print(&car); }
                "state" => print(&car),
                other => eprintln!("unknown: {other}; type start, park or state"),
            },
            _ = glances.tick() => {
                let now = car.look();
                if now != printed {
                    print(&car);
                    printed = now;
                }
            }
            // A car without its agent hears nothing: better ended than deaf.
            ended = &mut serving => {
                ended.context("the agent stopped badly")?;
                bail!("the agent stopped by itself");
            }
            _ = tokio::signal::ctrl_c() => break,
            _ = terminate.recv() => break,
        }
    }
    shutdown.cancel();
    serving.await.context("the agent stopped badly")
}

/// What is typed, line by line, until standard input ends. A thread of its own reads, because one of the runtime's would
/// keep the program from ending for as long as nobody types.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn print(car: &SimulatedCar) {
    println!("{}", json!({ "car": car.look() }));
}
