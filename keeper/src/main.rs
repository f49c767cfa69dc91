//! `latchkey-keeper`: the keeper daemon.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use latchkey_function::mqtt::MqttCourier;
use latchkey_function::{CommandKeys, Function};
use latchkey_keeper::config::Config;
use latchkey_keeper::core::Policy;
use latchkey_keeper::functions::{AtAddress, Embedded, Routed};
use latchkey_keeper::keeper::{Keeper, Shutdown};
use latchkey_keeper::ledger::RpcLedger;
use latchkey_link::http::Outbound;
use latchkey_link::key_file;
use solana_sdk::signature::Keypair;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

/// Watch loans, call car functions and earn their fees
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    /// Run until SIGTERM or SIGINT: finish or give back what was begun, and stop; at the second signal, stop at once
    Run {
        /// The configuration file
        #[arg(long)]
        config: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Cli::parse().command {
        Commands::Run { config } => run(&config).await,
    }
}

async fn run(path: &Path) -> Result<()> {
    let config = Config::load(path)?;
    let signing = key_file::read(&config.keypair)?;
    let command_keys = CommandKeys::load(&config.command_keys)?;
    let hosts = config.functions.hosts()?;
    let embeds = command_keys.public().next().is_some();
    if !embeds && config.functions.hosts.is_empty() {
        bail!(
            "command_keys and functions.hosts are empty: name a command key file, or a host whose functions this keeper calls"
        );
    }
    let keypair = Keypair::new_from_array(signing.to_bytes());

    let payer = |path: &PathBuf| anyhow::Ok(Keypair::new_from_array(key_file::read(path)?.to_bytes()));
    let fee_payers = config.fee_payers.iter().map(payer).collect::<Result<Vec<_>>>()?;
    let ledger = RpcLedger::new(config.chain.clone(), keypair, fee_payers)?;
    let address = ledger.keeper();
    let policy = Policy {
        min_fee: config.work.min_fee_lamports,
        lenders: config.work.lenders.clone(),
        command_keys: command_keys.public().collect(),
        locks_per_hour: config.work.locks_per_hour,
        hosts,
    };
    let courier = Arc::new(MqttCourier::connect(&config.broker)?);
    let outbound = Outbound::new(&config.functions)?;
    let at_address = AtAddress::new(outbound, signing.clone(), Some(courier.clone()));
    let nodes = Arc::clone(ledger.nodes());
    let chain = Arc::new(ledger.reader());
    let embedded = embeds.then(|| {
        Embedded::new(Function::new(config.function.clone(), command_keys, chain, courier), signing)
    });
    let keeper = Keeper {
        address,
        policy,
        ledger: Arc::new(ledger),
        functions: Arc::new(Routed::new(embedded, at_address)),
        drain: Duration::from_secs(config.drain_secs),
    };

    let shutdown = Shutdown::default();
    tokio::spawn(stop_on_signals(shutdown.clone())?);
    let gauges = watch::Sender::default();
    let ended = keeper.run_measured(shutdown, &gauges).await;
    info!("held at the end: {:?}", *gauges.borrow());
    info!(target: "latchkey_keeper::calls", "calls made: {}", nodes.told());
    ended?;
    Ok(())
}

/// Stops gently at the first SIGTERM or SIGINT, and at once at the second.
fn stop_on_signals(shutdown: Shutdown) -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(async move {
        next().await;
        info!("stopping; a second signal stops at once");
        shutdown.gently.cancel();
        next().await;
        warn!("stopping at once");
        shutdown.at_once.cancel();
    })
}
