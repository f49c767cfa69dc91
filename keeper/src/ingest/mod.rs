//! Reads the chain: subscribes at every websocket, reads everything by RPC at the start and on a timer, and merges both by
//! slot. No socket, node or answer that hangs keeps the rest waiting: each has a task of its own, and a limit.

mod accounts;
mod clock;
mod known;
mod session;
mod snapshot;
mod socket;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use latchkey_link::backoff::Backoff;
use latchkey_link::redacted::hosts_only;
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_rpc_client_api::response::Response;
use solana_sdk::sysvar;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::{debug, info, warn};

pub(crate) use accounts::raw;
pub use clock::{ChainTime, Judged, MergedClock, Reading};
use known::{Asks, Known};
use session::{Session, Told};
pub use socket::SocketError;

use crate::core::{Event, RawAccount, Snapshot, Update};
use crate::ledger::{ChainConfig, LedgerError};
use crate::nodes::{AccountReader, AccountsAt, BATCH, CallError, Method, Nodes};

/// Messages of the sockets that may wait.
const QUEUE: usize = 4_096;
/// How often it is looked what is due.
const LOOK: Duration = Duration::from_millis(50);
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
pub type Wanted = Option<HashSet<Pubkey>>;

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
            let (url, told, wallets) = (url.to_owned(), told.clone(), wallets.clone());
            let session =
                Session { node, url, keeper: self.keeper, stall_secs: self.config.stall_secs, told, wallets };
            tasks.spawn(session.keep());
        }
        let mut merge = Merge::new(self, events.clone(), told, found, watched);
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let sent = tokio::select! {
                Some((node, told)) = heard.recv() => merge.told(node, told).await,
                Some(find) = finds.recv() => merge.found(find).await,
                _ = look.tick() => { merge.look(); Ok(()) }
                () = events.closed() => return,
            };
            // The core has gone.
            if sent.is_err() {
                return;
            }
        }
    }
}

/// What a task read by RPC.
enum Find {
    Snapshot(Result<Snapshot, LedgerError>),
    Wallets(Option<Update>),
    Calls(Option<Update>),
}

type Sent = Result<(), mpsc::error::SendError<Event>>;

struct Merge {
    ingest: Ingest,
    events: mpsc::Sender<Event>,
    told: mpsc::Sender<(usize, Told)>,
    found: mpsc::Sender<Find>,
    watched: watch::Sender<Arc<HashSet<Pubkey>>>,
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
    checks: HashMap<Pubkey, (Instant, u64)>,
}

impl Merge {
    fn new(
        ingest: Ingest,
        events: mpsc::Sender<Event>,
        told: mpsc::Sender<(usize, Told)>,
        found: mpsc::Sender<Find>,
        watched: watch::Sender<Arc<HashSet<Pubkey>>>,
    ) -> Self {
        let now = Instant::now();
        Self {
            sockets: ingest.config.websocket_url.each().count(),
            core_watches: false,
            ingest,
            events,
            told,
            found,
            watched,
            known: Known::default(),
            clock: MergedClock::default(),
            began: now,
            last_unix: 0,
            clock_at: now,
            asked_clock_at: now,
            up: HashSet::new(),
            told_by: HashMap::new(),
            // A node whose websocket is out of order still serves.
            snapshot_at: Some(now + CLOCK_SILENCE),
            reading_snapshot: false,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            wallets_to_read: BTreeSet::new(),
            reads_of_wallets: 0,
            read_watched_at: now,
            checks: HashMap::new(),
        }
    }

    async fn told(&mut self, node: usize, told: Told) -> Sent {
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
                if time.unix > self.last_unix {
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
    fn look(&mut self) {
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

    fn ask_clock(&self) {
        debug!("no new time by websocket: asking the nodes");
        let (nodes, told, sockets) = (Arc::clone(&self.ingest.nodes), self.told.clone(), self.sockets);
        tokio::spawn(async move {
            let params =
                json!([sysvar::clock::ID.to_string(), { "encoding": "base64", "commitment": "processed" }]);
            let answers = nodes.ask_all::<Response<UiAccount>>(Method::GetAccountInfo, &params).await;
            for (index, answer) in answers.into_iter().enumerate() {
                let read = match &answer {
                    Ok(read) => accounts::unix_time(&read.value).map(|unix| (read.context.slot, unix)),
                    Err(error) => {
                        debug!(error = error as &dyn Error, "a node does not tell the time");
                        None
                    }
                };
                if let Some((slot, unix)) = read {
                    let _ = told.send((sockets + index, Told::Clock(ChainTime { slot, unix }))).await;
                }
            }
        });
    }

    /// Reads the keeper's lamports: the subscription tells changes alone.
    fn read_balance(&self) {
        let (reader, keeper, seen) =
            (self.ingest.reader.clone(), self.ingest.keeper, self.ingest.seen.clone());
        tokio::spawn(async move {
            match reader.read(vec![keeper], 0).await {
                Ok(AccountsAt { slot, accounts }) => {
                    if let Some(Some(account)) = accounts.first() {
                        let _ = seen.send(Seen::Balance { slot, lamports: account.lamports });
                    }
                }
                Err(error) => debug!(error = &error as &dyn Error, "the keeper's balance could not be read"),
            }
        });
    }

    fn read_snapshot(&mut self) {
        (self.reading_snapshot, self.snapshot_at) = (true, None);
        let (nodes, found) = (Arc::clone(&self.ingest.nodes), self.found.clone());
        tokio::spawn(async move {
            let snapshot = snapshot::read(&nodes).await;
            let _ = found.send(Find::Snapshot(snapshot)).await;
        });
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

    fn read_wallets(&mut self) {
        while self.reads_of_wallets < 2 && !self.wallets_to_read.is_empty() {
            let batch: Vec<Pubkey> = self.wallets_to_read.iter().take(BATCH).copied().collect();
            for key in &batch {
                self.wallets_to_read.remove(key);
            }
            self.reads_of_wallets += 1;
            let (nodes, found) = (Arc::clone(&self.ingest.nodes), self.found.clone());
            tokio::spawn(async move {
                let read = balances(&nodes, &batch).await;
                let read =
                    read.inspect_err(|error| warn!(error = error as &dyn Error, "wallets could not be read"));
                let _ = found.send(Find::Wallets(read.ok())).await;
            });
        }
    }

    fn check_calls(&mut self, now: Instant) {
        let due: Vec<(Pubkey, u64)> = self
            .checks
            .iter()
            .filter(|(_, (due, _))| now >= *due)
            .map(|(vehicle, (_, slot))| (*vehicle, *slot))
            .collect();
        for (vehicle, slot) in due {
            self.checks.remove(&vehicle);
            let calls = self.known.calls_before(&vehicle, slot);
            if calls.is_empty() {
                continue;
            }
            let (reader, found) = (self.ingest.reader.clone(), self.found.clone());
            tokio::spawn(async move {
                let _ = found.send(Find::Calls(calls_at(&reader, calls, slot).await)).await;
            });
        }
    }

    async fn found(&mut self, find: Find) -> Sent {
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
                self.backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
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

/// Balances of wallets, 0 for one that does not exist.
async fn balances(nodes: &Nodes, wallets: &[Pubkey]) -> Result<Update, LedgerError> {
    let keys: Vec<String> = wallets.iter().map(ToString::to_string).collect();
    let (offset, length) = accounts::AMOUNT;
    let params = json!([keys, accounts::slice(offset, length)]);
    let (read, _) =
        nodes.ask::<Response<Vec<Option<UiAccount>>>>(Method::GetMultipleAccounts, params).await?;
    let amounts = wallets.iter().zip(&read.value).map(|(wallet, account)| {
        let amount = account.as_ref().map_or(Some(0), accounts::amount);
        Ok((*wallet, amount.ok_or(LedgerError::Malformed("a wallet that does not decode"))?))
    });
    Ok(Update {
        slot: read.context.slot,
        accounts: Vec::new(),
        wallets: amounts.collect::<Result<_, LedgerError>>()?,
    })
}

/// Open calls as of a slot, `None` for one that was closed.
async fn calls_at(reader: &AccountReader, calls: Vec<Pubkey>, slot: u64) -> Option<Update> {
    let mut accounts = Vec::with_capacity(calls.len());
    let mut oldest = u64::MAX;
    for batch in calls.chunks(BATCH) {
        let read = reader.read(batch.to_vec(), slot).await;
        let read = read
            .inspect_err(|error| debug!(error = error as &dyn Error, "open calls could not be read"))
            .ok()?;
        oldest = oldest.min(read.slot);
        for (key, account) in batch.iter().zip(&read.accounts) {
            accounts.push((*key, owned(account.as_ref()).ok()?));
        }
    }
    Some(Update { slot: oldest, accounts, wallets: Vec::new() })
}

/// An account of the program; `None` for one that does not exist or is another's.
pub(crate) fn owned(account: Option<&UiAccount>) -> Result<Option<RawAccount>, LedgerError> {
    let program = latchkey::ID.to_string();
    let account = account.filter(|account| account.owner == program);
    account
        .map(|account| raw(account).ok_or(LedgerError::Malformed("account data that does not decode")))
        .transpose()
}
