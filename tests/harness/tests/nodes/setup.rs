//! A chain, its nodes, and a keeper's ledger on them.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anchor_lang::AccountSerialize;
use latchkey::fixtures;
use latchkey::state::{Lender, Loan};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_harness::rpc::fake::{FakeChain, FakeNode};
use latchkey_keeper::core::{Event, Intent, Operation, Snapshot};
use latchkey_keeper::ledger::{Addresses, ChainConfig, Ledger as _, RpcLedger};
use solana_sdk::signature::Keypair;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// How long a slot of the fake chain takes.
pub const SLOT: Duration = Duration::from_millis(100);

/// A chain with one node.
pub async fn one_node() -> (FakeChain, FakeNode) {
    let chain = FakeChain::start(SLOT);
    let node = FakeNode::start(&chain).await.unwrap();
    (chain, node)
}

/// A configuration for these nodes.
pub fn config(nodes: &[&FakeNode]) -> ChainConfig {
    let config = ChainConfig::of("", "");
    let addresses =
        |url: fn(&FakeNode) -> String| Addresses::Several(nodes.iter().map(|node| url(node)).collect());
    ChainConfig {
        rpc_url: addresses(FakeNode::rpc_url),
        websocket_url: addresses(FakeNode::websocket_url),
        stall_secs: 1,
        ..config
    }
}

/// A ledger, and the events that it sends.
pub struct Watched {
    pub ledger: Arc<RpcLedger>,
    events: mpsc::Receiver<Event>,
}

/// Watches a chain through these nodes.
pub fn watch(nodes: &[&FakeNode]) -> Watched {
    watch_with(config(nodes))
}

pub fn watch_with(config: ChainConfig) -> Watched {
    let ledger = Arc::new(RpcLedger::new(config, Keypair::new(), Vec::new()).unwrap());
    let (sender, events) = mpsc::channel(1_024);
    let watching = Arc::clone(&ledger);
    tokio::spawn(async move { watching.watch(sender).await });
    Watched { ledger, events }
}

impl Watched {
    /// The first event that `wanted` accepts, within `limit`.
    pub async fn within<T>(
        &mut self,
        limit: Duration,
        mut wanted: impl FnMut(Event) -> Option<T>,
    ) -> Option<T> {
        let until = Instant::now() + limit;
        loop {
            let event = timeout_at(until, self.events.recv()).await.ok()??;
            if let Some(found) = wanted(event) {
                return Some(found);
            }
        }
    }

    pub async fn clock(&mut self, limit: Duration) -> Option<i64> {
        self.within(limit, |event| match event {
            Event::Clock(unix) => Some(unix),
            _ => None,
        })
        .await
    }

    pub async fn snapshot(&mut self, limit: Duration) -> Option<Snapshot> {
        self.within(limit, |event| match event {
            Event::Snapshot(snapshot) => Some(snapshot),
            _ => None,
        })
        .await
    }
}

/// What the program wrote to its log.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects what this test logs from now on.
    pub fn collect() -> (Self, DefaultGuard) {
        Self::of(tracing::Level::INFO)
    }

    /// The same of this level and above.
    pub fn of(level: tracing::Level) -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
        let guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
        (log, guard)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Bytes of an account of the program.
pub fn bytes(account: &impl AccountSerialize) -> Vec<u8> {
    let mut data = Vec::new();
    account.try_serialize(&mut data).unwrap();
    data
}

/// Writes a lender and so many loans.
pub fn write_loans(chain: &FakeChain, count: usize) -> Vec<(Pubkey, Loan)> {
    let mint = Pubkey::new_unique();
    chain.put(mint, Pubkey::new_unique(), 1, vec![0; 82]);
    let lender = Pubkey::new_unique();
    chain.put(lender, PROGRAM_ID, 1, bytes(&Lender { mint, ..fixtures::lender() }));
    (0..count)
        .map(|_| {
            let loan = Loan {
                lender,
                vehicle: Pubkey::new_unique(),
                wallet: Pubkey::new_unique(),
                ..fixtures::loan(fixtures::terms())
            };
            let key = Pubkey::new_unique();
            chain.put(key, PROGRAM_ID, 1, bytes(&loan));
            (key, loan)
        })
        .collect()
}

/// A transaction that the fake chain takes: what it does is the chain's to say.
pub fn intent(ledger: &RpcLedger, operation: Operation, due: Option<i64>) -> Intent {
    let [lender, vehicle, loan, escrow, wallet, mint, treasury, token_program] =
        std::array::from_fn(|_| Pubkey::new_unique());
    let keys = LoanKeys { lender, vehicle, loan, escrow, wallet, mint, treasury, token_program };
    Intent { keys, keeper: ledger.keeper(), operation, due }
}
