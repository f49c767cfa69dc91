//! Reads the chain: subscribes at every websocket, reads everything by RPC at the start and on a timer, and merges both by
//! slot. No socket, node or answer that hangs keeps the rest waiting: each has a task of its own, and a limit.

mod accounts;
mod clock;
mod known;
mod merge;
mod session;
mod snapshot;
mod socket;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use latchkey_link::redacted::hosts_only;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

pub(crate) use accounts::{owned, raw};
pub use clock::{ChainTime, Judged, MergedClock, Reading};
use merge::Merge;
use session::Session;
pub(crate) use snapshot::parties;
pub use socket::SocketError;
pub(crate) use socket::{Said as SocketSaid, Socket};

use crate::core::{Event, RawAccount};
use crate::ledger::ChainConfig;
use crate::nodes::{AccountReader, Nodes};

/// Messages of the sockets that may wait.
const QUEUE: usize = 4_096;
/// How often it is looked what is due.
const LOOK: Duration = Duration::from_millis(50);

/// What landing needs to know of the chain, as soon as it is told.
#[derive(Clone, Debug)]
pub enum Seen {
    Account {
        slot: u64,
        key: Pubkey,
        account: RawAccount,
    },
    /// The keeper's own lamports.
    Balance {
        slot: u64,
        lamports: u64,
    },
    /// What a lender's function asks as a bond.
    Bond {
        lender: Pubkey,
        action: Action,
        lamports: u64,
    },
}

/// Which wallets the core wants watched; `None` as long as it named none.
pub type Wanted = Option<BTreeSet<Pubkey>>;

/// The websockets, and how often each was the first to tell something.
#[derive(Debug)]
pub struct Tellers(Vec<(String, AtomicU64)>);

impl Tellers {
    /// For these addresses.
    pub fn new<'a>(urls: impl Iterator<Item = &'a str>) -> Self {
        Self(urls.map(|url| (hosts_only(url), AtomicU64::new(0))).collect())
    }

    /// What may be said of each one's address, and how often it was the first.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), count.load(Ordering::Relaxed)))
    }
}

/// What ingest works with.
#[derive(Clone)]
pub struct Ingest {
    pub config: ChainConfig,
    pub keeper: Pubkey,
    pub nodes: Arc<Nodes>,
    pub reader: AccountReader,
    pub tellers: Arc<Tellers>,
    /// The merged time, for landing.
    pub clock: watch::Sender<ChainTime>,
    pub seen: mpsc::UnboundedSender<Seen>,
    pub wanted: watch::Receiver<Wanted>,
    /// Accounts that a transaction of our own has closed.
    pub closed: Arc<std::sync::Mutex<Vec<Pubkey>>>,
}

impl Ingest {
    /// Sends events until the receiver is dropped.
    pub async fn run(self, events: mpsc::Sender<Event>) {
        let (told, mut heard) = mpsc::channel(QUEUE);
        let (found, mut finds) = mpsc::channel(QUEUE);
        let (watched, wallets) = watch::channel(Arc::default());
        let mut tasks = tokio::task::JoinSet::new();
        for (node, url) in self.config.websocket_url.each().enumerate() {
            let session = Session {
                node,
                url: url.to_owned(),
                nodes: Arc::clone(&self.nodes),
                keeper: self.keeper,
                stall_secs: self.config.stall_secs,
                told: told.clone(),
                wallets: wallets.clone(),
            };
            tasks.spawn(session.keep());
        }
        let mut merge = Merge::new(self, events.clone(), told, found, watched);
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let sent = tokio::select! {
                // What is seldom comes first, so that busy sockets keep none of it waiting.
                biased;
                () = events.closed() => return,
                _ = look.tick() => { merge.look(); Ok(()) }
                Some(find) = finds.recv() => merge.found(find).await,
                Some((node, told)) = heard.recv() => merge.told(node, told).await,
            };
            // The core has gone.
            if sent.is_err() {
                return;
            }
        }
    }
}
