//! `run`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use anyhow::{Context as _, Result};
use latchkey_function::mqtt::MqttCourier;
use latchkey_function::{CommandKeys, Function};
use latchkey_link::http::{Outbound, serve};
use latchkey_link::key_file;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use super::config::usable;
use super::{Ended, Exit, Failure, notify};
use crate::config::Config;
use crate::dry_run::{ReadOnly, Silent};
use crate::functions::{AtAddress, Embedded, Functions, Routed};
use crate::keeper::{Keeper, Shutdown};
use crate::ledger::{Ledger, RpcLedger};
use crate::surface::{Metrics, Sources, Surface, router};

/// How often the balances are read.
const BALANCES: Duration = Duration::from_secs(30);
/// How long answers about the keeper's health may still take when it stops.
const DRAIN: Duration = Duration::from_secs(1);

pub(super) async fn run(path: &Path, dry_run: bool) -> Ended {
    let config = Config::load(path).map_err(Failure::configuration)?;
    usable(&config).map_err(Failure::configuration)?;
    let signing = key_file::read(&config.keypair)?;
    let command_keys = CommandKeys::load(&config.command_keys)?;
    let keypair = Keypair::new_from_array(signing.to_bytes());
    let payer = |path: &PathBuf| anyhow::Ok(Keypair::new_from_array(key_file::read(path)?.to_bytes()));
    let fee_payers = config.fee_payers.iter().map(payer).collect::<Result<Vec<_>>>()?;
    let accounts = accounts(&keypair, &fee_payers);
    let ledger = Arc::new(RpcLedger::new(config.chain.clone(), keypair, fee_payers)?);
    let policy = config.policy(command_keys.public().collect())?;
    let courier = Arc::new(MqttCourier::connect(&config.broker)?);
    let embeds = command_keys.public().next().is_some();
    let functions: Arc<dyn Functions> = if dry_run {
        Arc::new(Silent)
    } else {
        let at_address =
            AtAddress::new(Outbound::new(&config.functions)?, signing.clone(), Some(courier.clone()));
        let chain = Arc::new(ledger.reader());
        let embedded = embeds.then(|| {
            let function = Function::new(config.function.clone(), command_keys, chain, courier.clone());
            Embedded::new(function, signing)
        });
        Arc::new(Routed::new(embedded, at_address))
    };
    let keeper = Keeper {
        address: ledger.keeper(),
        policy,
        ledger: if dry_run {
            Arc::new(ReadOnly(Arc::clone(&ledger))) as Arc<dyn Ledger>
        } else {
            Arc::clone(&ledger) as Arc<dyn Ledger>
        },
        functions,
        drain: Duration::from_secs(config.drain_secs),
    };

    let surface = Surface::default();
    let gauges = surface.gauges.clone();
    let shutdown = Shutdown::default();
    if let Some(listen) = config.health.listen {
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen at health.listen ({listen}): another program may; choose another port")
        })?;
        tokio::spawn(keep_balances(Arc::clone(&ledger), accounts, Arc::clone(&surface.metrics)));
        let sources = Sources {
            keeper: ledger.keeper(),
            asker: surface.asker(),
            metrics: Arc::clone(&surface.metrics),
            told: Arc::clone(&surface.told),
            gauges: gauges.subscribe(),
            ledger: Arc::clone(&ledger),
            broker: Box::new(move || courier.is_connected()),
        };
        let told = shutdown.at_once.clone();
        tokio::spawn(serve(listener, router(sources), async move { told.cancelled().await }, DRAIN));
    }
    tokio::spawn(stop_on_signals(shutdown.clone())?);
    tokio::spawn(notify::keep(surface.asker(), shutdown.clone()));
    if dry_run {
        info!("a dry run: no transaction is sent, and no function is called");
    }
    let ended = keeper.run_with(shutdown, surface).await;
    info!("held at the end: {:?}", *gauges.borrow());
    info!(target: "latchkey_keeper::calls", "calls made: {}", ledger.nodes().told());
    ended?;
    Ok(Exit::Done)
}

/// The accounts that pay, and what for.
fn accounts(keeper: &Keypair, payers: &[Keypair]) -> Vec<(Pubkey, &'static str)> {
    let payers = payers.iter().map(|payer| (payer.pubkey(), "fee_payer"));
    std::iter::once((keeper.pubkey(), "keeper")).chain(payers).collect()
}

/// Reads what the accounts hold, again and again.
async fn keep_balances(ledger: Arc<RpcLedger>, accounts: Vec<(Pubkey, &'static str)>, metrics: Arc<Metrics>) {
    loop {
        let addresses = accounts.iter().map(|(address, _)| *address).collect();
        // What a node does not answer is told by other metrics.
        if let Ok(lamports) = ledger.balances(addresses).await {
            for ((address, role), lamports) in accounts.iter().zip(lamports) {
                metrics.set_balance(address.to_string(), role, lamports);
            }
        }
        tokio::time::sleep(BALANCES).await;
    }
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
