//! What a keeper tells about itself by HTTP while it runs: it is live, ready, measured, and says what it waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use latchkey_keeper::core::{FunctionCall, FunctionReply, Hosts, Policy, ReleaseCall};
use latchkey_keeper::functions::Functions;
use latchkey_keeper::keeper::{Keeper, Shutdown};
use latchkey_keeper::ledger::RpcLedger;
use latchkey_keeper::surface::{LoanReply, Sources, StatusReply, Surface, router};
use latchkey_link::http::{client, reqwest, serve};
use solana_sdk::signature::Keypair;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use crate::setup::{config, one_node, write_loans};

const SOON: Duration = Duration::from_secs(20);

/// No car is called here.
struct NoCars;

#[async_trait]
impl Functions for NoCars {
    async fn call(&self, _: &FunctionCall) -> FunctionReply {
        FunctionReply::Retry
    }

    async fn release(&self, _: &ReleaseCall) -> FunctionReply {
        FunctionReply::Retry
    }
}

/// A keeper that runs, and where it tells how it is.
pub struct Running {
    pub address: String,
    shutdown: Shutdown,
    /// Whether the broker is connected.
    pub broker: Arc<AtomicBool>,
}

impl Running {
    pub async fn start(node: &latchkey_harness::rpc::fake::FakeNode) -> Self {
        let ledger = Arc::new(RpcLedger::new(config(&[node]), Keypair::new(), Vec::new()).unwrap());
        let surface = Surface::default();
        let broker = Arc::new(AtomicBool::new(true));
        let connected = Arc::clone(&broker);
        let sources = Sources {
            keeper: ledger.keeper(),
            asker: surface.asker(),
            metrics: Arc::clone(&surface.metrics),
            told: Arc::clone(&surface.told),
            gauges: surface.gauges.subscribe(),
            ledger: Arc::clone(&ledger),
            broker: Box::new(move || connected.load(Ordering::Relaxed)),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = Shutdown::default();
        let told = shutdown.at_once.clone();
        let ends = async move { told.cancelled().await };
        tokio::spawn(serve(listener, router(sources), ends, Duration::from_secs(1)));
        let keeper = Keeper {
            address: ledger.keeper(),
            policy: Policy {
                min_fee: 0,
                lenders: Vec::new(),
                command_keys: Vec::new(),
                locks_per_hour: 200,
                hosts: Hosts::default(),
            },
            ledger,
            functions: Arc::new(NoCars),
            drain: Duration::from_secs(1),
        };
        tokio::spawn(keeper.run_with(shutdown.clone(), surface));
        Self { address, shutdown, broker }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = client().build().unwrap().get(format!("{}{path}", self.address)).send().await.unwrap();
        (response.status().as_u16(), text(response).await)
    }

    /// Asks until the answer has this code.
    pub async fn until(&self, path: &str, code: u16) -> String {
        let until = Instant::now() + SOON;
        loop {
            let (got, text) = self.get(path).await;
            if got == code {
                return text;
            }
            assert!(Instant::now() < until, "{path} still answers {got}: {text}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shutdown.at_once.cancel();
    }
}

async fn text(response: reqwest::Response) -> String {
    response.text().await.unwrap()
}

#[tokio::test]
async fn a_keeper_is_ready_once_it_knows_the_chain_and_says_what_it_waits_for() {
    let (chain, node) = one_node().await;
    let loans = write_loans(&chain, 3);
    let keeper = Running::start(&node).await;
    assert_eq!(keeper.get("/live").await.0, 200);
    keeper.until("/ready", 200).await;

    let (code, status) = keeper.get("/status").await;
    let status: StatusReply = serde_json::from_str(&status).unwrap();
    assert_eq!((code, status.loans, status.has_read_all), (200, 3, true));
    assert!((status.chain_time - chain.unix()).abs() < 5);

    let (_, told) = keeper.get(&format!("/status/{}", loans[0].0)).await;
    let told: LoanReply = serde_json::from_str(&told).unwrap();
    assert_eq!((told.waiting.loan, told.lender), (loans[0].0.to_string(), loans[0].1.lender.to_string()));
    // Its vehicle, its escrow and its wallet are not on this chain.
    assert_eq!(told.standing, None);
    assert_eq!(keeper.get(&format!("/status/{}", loans[0].1.vehicle)).await.0, 404);
    assert_eq!(keeper.get("/status/nonsense").await.0, 400);
}

#[tokio::test]
async fn a_keeper_without_a_broker_or_without_the_chains_time_is_live_and_not_ready() {
    let (_chain, node) = one_node().await;
    let keeper = Running::start(&node).await;
    keeper.until("/ready", 200).await;
    keeper.broker.store(false, Ordering::Relaxed);
    assert!(keeper.until("/ready", 503).await.contains("the broker is not connected"));
    keeper.broker.store(true, Ordering::Relaxed);
    keeper.until("/ready", 200).await;

    let (_, blind) = one_node().await;
    blind.faults(|faults| {
        faults.no_clock = true;
        faults.silent.extend(["getAccountInfo", "getProgramAccounts"]);
    });
    let keeper = Running::start(&blind).await;
    let missing = keeper.until("/ready", 503).await;
    assert!(missing.contains("not every account was read"), "{missing}");
    assert!(missing.contains("the chain's time"), "{missing}");
    assert_eq!(keeper.get("/live").await.0, 200);
}

#[tokio::test]
async fn metrics_are_described_have_units_and_name_no_loan() {
    let (chain, node) = one_node().await;
    let loans = write_loans(&chain, 3);
    let keeper = Running::start(&node).await;
    keeper.until("/ready", 200).await;
    let (code, metrics) = keeper.get("/metrics").await;
    assert_eq!(code, 200);
    assert!(metrics.contains("latchkey_keeper_loans 3"), "{metrics}");
    assert!(metrics.contains("latchkey_keeper_rpc_calls_total{node=\"http://127.0.0.1:"), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"));
    for line in metrics.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(metrics.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
    for (loan, account) in loans {
        assert!(!metrics.contains(&loan.to_string()) && !metrics.contains(&account.vehicle.to_string()));
    }
}
