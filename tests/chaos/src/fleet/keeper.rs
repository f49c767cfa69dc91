//! A keeper that dies and begins again: the real loop, desk, ingest and function, on the world's transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_function::{CommandKeys, Function, FunctionConfig};
use latchkey_keeper::core::{FunctionCall, FunctionReply, Gauges, Hosts, Policy, ReleaseCall};
use latchkey_keeper::functions::{Embedded, Functions};
use latchkey_keeper::keeper::{Keeper, Shutdown};
use latchkey_keeper::ledger::{Addresses, ChainConfig, RpcLedger, Timing};
use solana_sdk::signer::Signer as _;
use tokio::sync::watch;
use tokio::time::sleep;

use super::car::Broker;
use super::genesis::Genesis;
use super::plan::{Effect, Fault, Moment, Plan};
use super::transport::Line;
use super::world::{Shared, lock};

/// How long a keeper may take to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// More than any seed has loans: the breaker is tested elsewhere.
const LOCKS_PER_HOUR: usize = 10_000;

/// Keeps a keeper running until it is told to stop.
pub async fn keep(
    number: usize,
    plan: &Plan,
    genesis: &'static Genesis,
    broker: Broker,
    gauges: Arc<watch::Sender<Gauges>>,
    shutdown: Shutdown,
) -> Result<()> {
    let world = Arc::clone(&broker.world);
    let crashed = Arc::clone(&lock(&world).crashed[number]);
    loop {
        let alive = Arc::new(AtomicBool::new(true));
        let keeper = keeper(number, plan, genesis, &broker, &alive);
        let (measured, told) = (Arc::clone(&gauges), shutdown.clone());
        let mut running = tokio::spawn(async move { keeper.run_measured(told, &measured).await });
        tokio::select! {
            biased;
            ended = &mut running => {
                ended??;
                if shutdown.gently.is_cancelled() {
                    return Ok(());
                }
                bail!("keeper {number} stopped by itself");
            }
            () = crashed.notified() => {
                alive.store(false, Ordering::Relaxed);
                running.abort();
                let secs = lock(&world).take_crash(number).unwrap_or(0);
                sleep(Duration::from_secs(secs)).await;
                lock(&world).note(&format!("keeper {number} starts again"));
            }
        }
    }
}

fn keeper(number: usize, plan: &Plan, genesis: &Genesis, broker: &Broker, alive: &Arc<AtomicBool>) -> Keeper {
    let keypair = genesis.keeper(number);
    let address = keypair.pubkey();
    let signing = SigningKey::from_bytes(keypair.secret_bytes());
    let each = |scheme: &str| (0..plan.nodes).map(|node| format!("{scheme}://node{node}/")).collect();
    let config = ChainConfig {
        rpc_url: Addresses::Several(each("http")),
        websocket_url: Addresses::Several(each("ws")),
        timing: if plan.eager { Timing::Eager } else { Timing::Thrifty },
        ..ChainConfig::of("", "")
    };
    let line = Line { world: Arc::clone(&broker.world), keeper: number, alive: Arc::clone(alive) };
    let ledger = Arc::new(RpcLedger::through(Arc::new(line), config, keypair, Vec::new()));
    let keys = genesis
        .lenders
        .iter()
        .map(|lender| SigningKey::from_bytes(lender.parties.command_key.secret_bytes()));
    let keys = CommandKeys::new(keys);
    let command_keys = keys.public().collect();
    let function =
        Function::new(FunctionConfig::default(), keys, Arc::new(ledger.reader()), Arc::new(broker.clone()));
    let functions = Troubled {
        inner: Embedded::new(function, signing),
        world: Arc::clone(&broker.world),
        keeper: number,
        alive: Arc::clone(alive),
    };
    Keeper {
        address,
        policy: Policy {
            min_fee: 0,
            lenders: Vec::new(),
            command_keys,
            locks_per_hour: LOCKS_PER_HOUR,
            hosts: Hosts::default(),
        },
        ledger,
        functions: Arc::new(functions),
        drain: DRAIN,
    }
}

/// The function in the keeper's process, which may die, and the keeper with it.
struct Troubled {
    inner: Embedded,
    world: Shared,
    keeper: usize,
    alive: Arc<AtomicBool>,
}

impl Troubled {
    async fn crash(&self, moment: Moment) {
        if lock(&self.world).crashes(self.keeper, Effect::Call, moment) {
            self.alive.store(false, Ordering::Relaxed);
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Functions for Troubled {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        self.crash(Moment::Before).await;
        let killed = lock(&self.world).strikes_once(Fault::FunctionKilled).is_some();
        if killed {
            // Whatever it has sent until then is under way.
            let until = Duration::from_millis(lock(&self.world).draw.between(10, 3_000));
            return tokio::time::timeout(until, self.inner.call(call)).await.unwrap_or(FunctionReply::Retry);
        }
        let reply = self.inner.call(call).await;
        self.crash(Moment::After).await;
        reply
    }
    async fn release(&self, call: &ReleaseCall) -> FunctionReply {
        self.inner.release(call).await
    }
}
