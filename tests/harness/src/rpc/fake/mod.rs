//! Nodes that fail in every way that nodes fail: real HTTP and websockets over a chain that the test writes. The chain
//! executes nothing: the test says how a transaction ends.

mod chain;
mod rpc;
mod websocket;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

pub use chain::{Ending, FakeChain};
pub use rpc::LOADER;

use super::http;

/// What is wrong with a node. Each can be changed while it runs.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one fault of its own")]
pub struct Faults {
    /// Methods answered with 429, and the pause asked for, seconds.
    pub limited: HashMap<&'static str, u64>,
    /// Methods that are never answered.
    pub silent: HashSet<&'static str>,
    /// Answers are of so many slots before.
    pub lag: u64,
    /// It answers although it has not reached the slot that is asked for.
    pub ignores_slot: bool,
    /// By how much the clock is wrong, seconds.
    pub clock_off: i64,
    /// The same for the next reading alone.
    pub clock_off_once: i64,
    /// It is of another cluster.
    pub other_cluster: bool,
    /// A simulation says nothing of balances.
    pub no_balances: bool,
    /// Connections to the websocket are accepted, and their upgrade is never answered.
    pub no_upgrade: bool,
    /// Subscriptions are not acknowledged.
    pub no_acknowledgement: bool,
    /// Subscriptions to single accounts other than the clock are not acknowledged.
    pub no_wallet_acknowledgement: bool,
    /// The clock is not pushed.
    pub no_clock: bool,
    /// Nothing is pushed, and no ping answered.
    pub frozen: bool,
    /// Transactions are taken and lost.
    pub loses_transactions: bool,
    /// What is pushed is of one slot less each second time, after the newer.
    pub reorders: bool,
}

/// One node. It ends when it is dropped.
pub struct FakeNode {
    shared: Arc<Shared>,
    rpc_port: u16,
    websocket_port: u16,
    serving: [JoinHandle<()>; 2],
}

struct Shared {
    chain: FakeChain,
    faults: Mutex<Faults>,
    calls: Mutex<Vec<(String, Value)>>,
    connections: Mutex<u64>,
    closes: broadcast::Sender<()>,
}

impl Shared {
    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeNode {
    /// A node of `chain`. Must be called within a Tokio runtime.
    pub async fn start(chain: &FakeChain) -> Result<Self> {
        let (rpc, websocket) =
            (TcpListener::bind(("127.0.0.1", 0)).await?, TcpListener::bind(("127.0.0.1", 0)).await?);
        let (rpc_port, websocket_port) = (rpc.local_addr()?.port(), websocket.local_addr()?.port());
        let (closes, _) = broadcast::channel(1);
        let shared = Arc::new(Shared {
            chain: chain.clone(),
            faults: Mutex::default(),
            calls: Mutex::default(),
            connections: Mutex::default(),
            closes,
        });
        let (for_rpc, for_websocket) = (Arc::clone(&shared), Arc::clone(&shared));
        let serving = [
            tokio::spawn(async move {
                while let Ok((stream, _)) = rpc.accept().await {
                    let shared = Arc::clone(&for_rpc);
                    tokio::spawn(async move {
                        let answer = |request| {
                            let shared = Arc::clone(&shared);
                            async move { rpc::answer(&shared, &request).await }
                        };
                        let _ = http::serve(stream, answer).await;
                    });
                }
            }),
            tokio::spawn(async move {
                while let Ok((stream, _)) = websocket.accept().await {
                    tokio::spawn(websocket::serve(stream, Arc::clone(&for_websocket)));
                }
            }),
        ];
        Ok(Self { shared, rpc_port, websocket_port, serving })
    }

    pub fn rpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.rpc_port)
    }

    pub fn websocket_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.websocket_port)
    }

    /// Changes what is wrong with it.
    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.shared.faults());
    }

    /// How often a method was called, answered or not.
    pub fn calls(&self, method: &str) -> usize {
        self.shared.calls.lock().map_or(0, |calls| calls.iter().filter(|(name, _)| name == method).count())
    }

    /// How many calls there were in all.
    pub fn all_calls(&self) -> usize {
        self.shared.calls.lock().map_or(0, |calls| calls.len())
    }

    /// How many websockets were connected so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.lock().map_or(0, |count| *count)
    }

    /// Closes every websocket.
    pub fn close(&self) {
        let _ = self.shared.closes.send(());
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        for task in &self.serving {
            task.abort();
        }
        self.close();
    }
}
