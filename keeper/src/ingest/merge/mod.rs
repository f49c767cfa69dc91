//! Merges what the sockets tell and what is read into one account of the chain, by slot.

mod read;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey_link::backoff::Backoff;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tracing::{info, warn};

pub(super) use read::Find;

use super::known::{Asks, Known};
use super::session::Told;
use super::{ChainTime, Ingest, Judged, MergedClock, Reading, Seen};
use crate::core::{Event, RawAccount, Update};
use crate::ledger::LedgerError;
use crate::nodes::CallError;

/// Without a new time for so long, the nodes are asked by RPC, and again after each [`ASK_CLOCK`].
const CLOCK_SILENCE: Duration = Duration::from_secs(2);
const ASK_CLOCK: Duration = Duration::from_millis(500);
/// How long after a change of its vehicle an open call is read: the same block may say what became of it.
const CHECK_DELAY: Duration = Duration::from_millis(100);
/// Wallets that are watched are read as well, because a websocket can lose data silently.
const READ_WATCHED: Duration = Duration::from_secs(15);
/// While no websocket works, everything is read this often.
const RESYNC_BLIND: Duration = Duration::from_secs(5);
/// As long as the core names no wallets to watch, all are, up to this number.
const MOST_WATCHED: usize = 1_000;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Fails once the core has gone.
pub(super) type Sent = Result<(), mpsc::error::SendError<Event>>;

/// What is known of the nodes, and what is to be read.
pub(super) struct Merge {
    ingest: Ingest,
    events: mpsc::Sender<Event>,
    told: mpsc::Sender<(usize, Told)>,
    found: mpsc::Sender<Find>,
    watched: watch::Sender<Arc<BTreeSet<Pubkey>>>,
    sockets: usize,
    /// Whether the core says which wallets to watch.
    core_watches: bool,
    known: Known,
    clock: MergedClock,
    began: Instant,
    last_unix: i64,
    clock_at: Instant,
    asked_clock_at: Instant,
    up: HashSet<usize>,
    /// Which node told an account first, and of which slot. Kept only if there are several.
    told_by: HashMap<Pubkey, (u64, usize)>,
    snapshot_at: Option<Instant>,
    reading_snapshot: bool,
    backoff: Backoff,
    wallets_to_read: BTreeSet<Pubkey>,
    reads_of_wallets: usize,
    read_watched_at: Instant,
    /// Vehicles whose open calls are to be read, by when, as of which slot.
    checks: BTreeMap<Pubkey, (Instant, u64)>,
}

impl Merge {
    pub(super) fn new(
        ingest: Ingest,
        events: mpsc::Sender<Event>,
        told: mpsc::Sender<(usize, Told)>,
        found: mpsc::Sender<Find>,
        watched: watch::Sender<Arc<BTreeSet<Pubkey>>>,
    ) -> Self {
        let now = Instant::now();
        let sockets = ingest.config.websocket_url.each().count();
        Self {
            sockets,
            core_watches: false,
            backoff: backoff(&ingest.keeper),
            ingest,
            events,
            told,
            found,
            watched,
            known: Known::default(),
            clock: MergedClock::of(sockets),
            began: now,
            last_unix: 0,
            clock_at: now,
            asked_clock_at: now,
            up: HashSet::new(),
            told_by: HashMap::new(),
            // A node whose websocket is out of order still serves.
            snapshot_at: Some(now + CLOCK_SILENCE),
            reading_snapshot: false,
            wallets_to_read: BTreeSet::new(),
            reads_of_wallets: 0,
            read_watched_at: now,
            checks: BTreeMap::new(),
        }
    }

    pub(super) async fn told(&mut self, node: usize, told: Told) -> Sent {
        match told {
            Told::Up => {
                // Whatever happened while no socket worked is read. Another one that worked missed nothing.
                if self.up.is_empty() {
                    self.snapshot_at = Some(Instant::now());
                }
                self.up.insert(node);
                self.read_balance();
                Ok(())
            }
            Told::Down => {
                self.up.remove(&node);
                Ok(())
            }
            Told::Clock(time) => self.time(node, time).await,
            Told::Account { slot, key, account } => self.account(node, slot, key, account).await,
            Told::Balance { slot, lamports } => {
                let _ = self.ingest.seen.send(Seen::Balance { slot, lamports });
                Ok(())
            }
            Told::Wallet { slot, key, amount } => {
                if !self.is_first(node, slot, key) {
                    return Ok(());
                }
                let update = Update { slot, accounts: Vec::new(), wallets: vec![(key, amount)] };
                self.events.send(Event::Update(update)).await
            }
            Told::Watched(key) => {
                self.wallets_to_read.insert(key);
                Ok(())
            }
        }
    }

    async fn time(&mut self, node: usize, time: ChainTime) -> Sent {
        let ChainTime { slot, unix } = time;
        let judged = self.clock.read(Reading { node, slot, unix, at: self.began.elapsed() });
        // What was asked for does not say that the sockets tell the time again, and neither does what is not believed.
        if node < self.sockets && matches!(judged, Judged::New(_) | Judged::Known) {
            self.clock_at = Instant::now();
        }
        match judged {
            Judged::New(time) => {
                self.count(node);
                self.ingest.clock.send_replace(time);
                // The merged time goes back only where it was wrong.
                if time.unix != self.last_unix {
                    self.last_unix = time.unix;
                    return self.events.send(Event::Clock(time.unix)).await;
                }
            }
            Judged::Ignored { is_first: true } => {
                warn!(node, slot, unix, "a node's clock is off by more than the others: it is ignored");
            }
            Judged::Ignored { is_first: false } | Judged::Unproven | Judged::Known => {}
        }
        Ok(())
    }

    async fn account(&mut self, node: usize, slot: u64, key: Pubkey, account: RawAccount) -> Sent {
        if !self.is_first(node, slot, key) {
            return Ok(());
        }
        match self.known.update(slot, key, &account) {
            Asks::Nothing => {}
            Asks::ReadWallet(wallet) => _ = self.wallets_to_read.insert(wallet),
            Asks::ReadEverything => self.snapshot_at = Some(Instant::now()),
            Asks::TellBond { lender, action, lamports } => {
                let _ = self.ingest.seen.send(Seen::Bond { lender, action, lamports });
            }
            Asks::CheckCalls(vehicle) => {
                let due = Instant::now() + CHECK_DELAY;
                self.checks.entry(vehicle).or_insert((due, slot)).1 = slot;
            }
        }
        let _ = self.ingest.seen.send(Seen::Account { slot, key, account: account.clone() });
        let update = Update { slot, accounts: vec![(key, Some(account))], wallets: Vec::new() };
        self.events.send(Event::Update(update)).await
    }

    /// Whether no other node told this before. A node tells an account at most once a slot.
    fn is_first(&mut self, node: usize, slot: u64, key: Pubkey) -> bool {
        if self.sockets > 1 {
            let told = self.told_by.get(&key);
            if told.is_some_and(|(known, by)| *known > slot || *known == slot && *by != node) {
                return false;
            }
            // It only spares the core what it knows: forgetting it costs nothing but that.
            if self.told_by.len() > 65_536 {
                self.told_by.clear();
            }
            self.told_by.insert(key, (slot, node));
        }
        self.count(node);
        true
    }

    fn count(&self, node: usize) {
        if let Some((_, count)) = self.ingest.tellers.0.get(node) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Starts what is due.
    pub(super) fn look(&mut self) {
        let now = Instant::now();
        if let Ok(mut closed) = self.ingest.closed.lock() {
            closed.drain(..).for_each(|key| self.known.closed(&key));
        }
        if now - self.clock_at > CLOCK_SILENCE && now - self.asked_clock_at > ASK_CLOCK {
            self.asked_clock_at = now;
            self.ask_clock();
        }
        if self.snapshot_at.is_some_and(|at| now >= at) && !self.reading_snapshot {
            self.read_snapshot();
        }
        if now >= self.read_watched_at {
            self.read_watched_at = now + READ_WATCHED;
            self.wallets_to_read.extend(self.watched.borrow().iter());
        }
        self.watch_wallets();
        self.read_wallets();
        self.check_calls(now);
    }

    /// Watches the wallets that the core wants watched.
    fn watch_wallets(&mut self) {
        if self.ingest.wanted.has_changed().unwrap_or(false) {
            let wanted = self.ingest.wanted.borrow_and_update().clone();
            if let Some(wanted) = wanted {
                self.core_watches = true;
                self.watched.send_replace(Arc::new(wanted));
            }
        }
        let all = self.known.loans().min(MOST_WATCHED);
        if !self.core_watches && self.watched.borrow().len() != all {
            self.watched.send_replace(Arc::new(self.known.wallets().into_iter().take(all).collect()));
        }
    }

    pub(super) async fn found(&mut self, find: Find) -> Sent {
        match find {
            Find::Wallets(update) => {
                self.reads_of_wallets -= 1;
                match update {
                    Some(update) => self.events.send(Event::Update(update)).await,
                    None => Ok(()),
                }
            }
            Find::Calls(None) => Ok(()),
            Find::Calls(Some(update)) => {
                for (key, account) in &update.accounts {
                    match account {
                        Some(account) => _ = self.known.update(update.slot, *key, account),
                        None => self.known.closed(key),
                    }
                }
                self.events.send(Event::Update(update)).await
            }
            Find::Snapshot(Ok(snapshot)) => {
                self.reading_snapshot = false;
                self.backoff = backoff(&self.ingest.keeper);
                for (lender, action, lamports) in self.known.replace(&snapshot) {
                    let _ = self.ingest.seen.send(Seen::Bond { lender, action, lamports });
                }
                let resync = Duration::from_secs(self.ingest.config.resync_secs.max(1));
                let pause = if self.up.is_empty() { resync.min(RESYNC_BLIND) } else { resync };
                self.snapshot_at.get_or_insert(Instant::now() + pause);
                self.wallets_to_read.extend(self.known.wallets());
                info!(slot = snapshot.slot, accounts = snapshot.accounts.len(), "read everything");
                self.events.send(Event::Snapshot(snapshot)).await
            }
            Find::Snapshot(Err(failed)) => {
                self.reading_snapshot = false;
                let pause = match &failed {
                    LedgerError::Rpc(CallError::RateLimited { pause, .. }) => *pause,
                    _ => self.backoff.pause(),
                };
                warn!(
                    error = &failed as &dyn Error,
                    ?pause,
                    "not everything could be read; what is known stays"
                );
                self.snapshot_at = Some(Instant::now() + pause);
                Ok(())
            }
        }
    }
}

fn backoff(keeper: &Pubkey) -> Backoff {
    Backoff::new(FIRST_PAUSE, LONGEST_PAUSE).spread_by(&keeper.to_bytes())
}
