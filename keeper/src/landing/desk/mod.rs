//! The desk: one task that owns every transaction from its order to its report. It makes no call itself and waits for
//! nothing but messages.

mod end;
mod send;
mod track;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tracing::info_span;

use super::blockhash::{self, Blockhash};
use super::calls::Calls;
use super::fees::{self, Prices};
use super::flight::{Attempt, Flight};
use super::forecast::Forecast;
use super::leaders::Leaders;
use super::outlay::{Balance, invocation_bytes};
use super::sign::Payers;
use super::units::table;
use super::{LandingSetup, NotSent, Order};
use crate::core::{Intent, Lane, Priority, Verdict};
use crate::ingest::{ChainTime, Seen};
use crate::ledger::{ChainConfig, Landing, SendTo, Timing};

/// How often the desk looks what is due while anything is under way.
const LOOK: Duration = Duration::from_millis(100);
/// Without a hint, statuses are asked for this often.
const POLL: Duration = Duration::from_secs(1);
/// How often it is asked whether blockhashes that may have ended are still valid.
const CHECK_BLOCKHASH: Duration = Duration::from_secs(3);
/// Rent before a node has told it: more than it was at any time.
const RENT_UNKNOWN: u64 = 10_000_000;

/// Runs until no more orders can come: then nobody waits for any transaction's end either.
pub(super) async fn run(setup: LandingSetup, mut orders: mpsc::UnboundedReceiver<Order>) {
    let LandingSetup { config, nodes, reader, keeper, fee_payers, mut clock, mut seen, closed } = setup;
    let prices = Prices::of(&config);
    let (newest, mut blockhash) = watch::channel(None);
    tokio::spawn(blockhash::keep(Arc::clone(&nodes), newest));
    let (paid, recent_fee) = watch::channel(0);
    tokio::spawn(fees::keep(Arc::clone(&nodes), prices, paid));
    let (reports, mut reported) = mpsc::unbounded_channel();
    let leaders = (config.send_to == SendTo::Leaders).then(|| {
        let websockets = config.websocket_url.each().map(str::to_owned).collect();
        Leaders::start(Arc::clone(&nodes), websockets, clock.clone())
    });
    let calls = Calls::new(nodes, reader, reports, leaders);
    calls.rent(invocation_bytes());
    let payers = Payers { keeper, others: fee_payers };
    let mut desk = Desk::new(config, calls, payers, prices, blockhash.clone(), recent_fee, closed);
    loop {
        tokio::select! {
            // What is seldom comes first, so that a busy chain keeps none of it waiting.
            biased;
            () = sleep_until(desk.wakes_at()) => desk.look(),
            Ok(()) = clock.changed() => {
                let time = *clock.borrow_and_update();
                desk.tick(time);
            }
            Ok(()) = blockhash.changed() => desk.dispatch(),
            Some(report) = reported.recv() => desk.report(report),
            order = orders.recv() => match order {
                Some(Order::Land { intent, reply }) => desk.take(*intent, reply),
                Some(Order::Cancel { vehicle, lane }) => desk.cancel(vehicle, lane),
                None => return,
            },
            Some(told) = seen.recv() => desk.seen(told),
        }
    }
}

/// Transactions of one kind for one vehicle have failed so many times in a row.
#[derive(Clone, Copy, Default)]
struct Failures {
    count: u32,
    /// The next one is simulated before it is sent.
    simulate: bool,
}

struct Desk {
    config: ChainConfig,
    calls: Calls,
    payers: Payers,
    prices: Prices,
    blockhash: watch::Receiver<Option<Blockhash>>,
    recent_fee: watch::Receiver<u64>,
    closed: Arc<Mutex<Vec<Pubkey>>>,
    flights: HashMap<u64, Flight>,
    by_lane: HashMap<(Pubkey, Lane), u64>,
    by_account: HashMap<Pubkey, Vec<u64>>,
    /// Signed ahead of their time, by that time.
    held: BTreeSet<(i64, u64)>,
    /// May be sent, the most urgent first.
    waiting: BTreeSet<(Priority, u64)>,
    /// Sent, and not known to have ended.
    flying: BTreeSet<u64>,
    /// Ended, and not reported yet: by when what it changed is read.
    ending: BTreeMap<u64, Instant>,
    /// Copies that were signed ahead of their time.
    prepared: HashMap<u64, Attempt>,
    hinted: BTreeSet<u64>,
    hint_at: Option<Instant>,
    look_at: Instant,
    poll_at: Instant,
    check_blockhashes_at: Instant,
    failures: HashMap<(Pubkey, &'static str), Failures>,
    balance: Balance,
    /// What a lender asks as a bond, by lender and action.
    bonds: HashMap<(Pubkey, u8), u64>,
    rent: u64,
    time: ChainTime,
    forecast: Forecast,
    last_id: u64,
    /// Copies signed so far, which makes the bytes of each unique.
    signed: u32,
}

impl Desk {
    fn new(
        config: ChainConfig,
        calls: Calls,
        payers: Payers,
        prices: Prices,
        blockhash: watch::Receiver<Option<Blockhash>>,
        recent_fee: watch::Receiver<u64>,
        closed: Arc<Mutex<Vec<Pubkey>>>,
    ) -> Self {
        let now = Instant::now();
        Self {
            config,
            calls,
            payers,
            prices,
            blockhash,
            recent_fee,
            closed,
            flights: HashMap::new(),
            by_lane: HashMap::new(),
            by_account: HashMap::new(),
            held: BTreeSet::new(),
            waiting: BTreeSet::new(),
            flying: BTreeSet::new(),
            ending: BTreeMap::new(),
            prepared: HashMap::new(),
            hinted: BTreeSet::new(),
            hint_at: None,
            look_at: now,
            poll_at: now,
            check_blockhashes_at: now,
            failures: HashMap::new(),
            balance: Balance::default(),
            bonds: HashMap::new(),
            rent: RENT_UNKNOWN,
            time: ChainTime::default(),
            forecast: Forecast::default(),
            last_id: 0,
            signed: 0,
        }
    }

    /// When to look what is due though no message comes.
    fn wakes_at(&self) -> Instant {
        if self.flights.is_empty() {
            return Instant::now() + Duration::from_hours(1);
        }
        self.hint_at.map_or(self.look_at, |at| at.min(self.look_at))
    }

    fn take(&mut self, intent: Intent, reply: tokio::sync::oneshot::Sender<Landing>) {
        self.last_id += 1;
        let id = self.last_id;
        let (vehicle, lane) = (intent.keys.vehicle, intent.operation.lane());
        let span = info_span!("transaction", step = intent.operation.name(), %vehicle);
        let units = table(&intent.operation);
        let due = intent.due;
        let (instructions, bad_receipt) = match intent.instructions() {
            Ok(instructions) => (instructions, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let flight = Flight::new(intent, span, instructions, units, reply);
        for key in flight.awaited() {
            self.by_account.entry(*key).or_default().push(id);
        }
        self.flights.insert(id, flight);
        self.by_lane.insert((vehicle, lane), id);
        self.look_at = self.look_at.min(Instant::now() + LOOK);
        if let Some(error) = bad_receipt {
            return self.not_sent(id, &NotSent::BadReceipt(error));
        }
        self.balance.take(id, self.cost(id));
        match due.filter(|due| *due > self.time.unix) {
            Some(due) => {
                self.held.insert((due, id));
                self.prepare(id);
            }
            None => self.launch(id),
        }
    }

    fn cancel(&mut self, vehicle: Pubkey, lane: Lane) {
        let Some(&id) = self.by_lane.get(&(vehicle, lane)) else { return };
        if self.flights.get(&id).is_some_and(|flight| flight.attempts.is_empty() && flight.ended.is_none()) {
            self.finish(id, Verdict::Cancelled, None);
        }
    }

    /// The chain's time moved: what is due is sent, and what may be due in the next slot if the operator wants that.
    fn tick(&mut self, time: ChainTime) {
        self.time = time;
        self.forecast.observe(time);
        while let Some(&(due, id)) = self.held.first()
            && due <= time.unix
        {
            self.held.remove(&(due, id));
            let Some(flight) = self.flights.get_mut(&id) else { continue };
            if flight.attempts.is_empty() {
                self.launch(id);
                continue;
            }
            // A copy that was sent early is in this block, or comes into the next one if it is not lost.
            for (index, copy) in flight.attempts.iter().enumerate().filter(|(_, copy)| copy.is_open()) {
                self.calls.send((id, index), &copy.wire);
            }
            self.hint(id);
            self.settle(id);
        }
        if self.config.timing == Timing::Eager {
            self.send_early();
        }
    }

    fn seen(&mut self, seen: Seen) {
        match seen {
            Seen::Balance { slot, lamports } => self.balance.read(slot, lamports),
            Seen::Bond { lender, action, lamports } => {
                self.bonds.insert((lender, action as u8), lamports);
            }
            Seen::Account { slot, key, account } => {
                let Some(ids) = self.by_account.get(&key).cloned() else { return };
                for id in ids {
                    let Some(flight) = self.flights.get_mut(&id) else { continue };
                    flight.tell(slot, key, &account);
                    match flight.ended {
                        Some((Verdict::Succeeded, landed, _)) => {
                            if let Some(update) = flight.changed(landed) {
                                self.finish(id, Verdict::Succeeded, Some(update));
                            }
                        }
                        None if self.flying.contains(&id) => self.hint(id),
                        Some(_) | None => {}
                    }
                }
            }
        }
    }

    /// Does what is due by now.
    fn look(&mut self) {
        let now = Instant::now();
        if self.hint_at.is_some_and(|at| now >= at) {
            self.hint_at = None;
            let hinted = std::mem::take(&mut self.hinted);
            self.ask_statuses(hinted);
        }
        if now < self.look_at {
            return;
        }
        self.look_at = now + LOOK;
        if now >= self.poll_at {
            self.poll_at = now + POLL;
            self.ask_statuses(self.flying.clone());
            self.sign_again();
        }
        if now >= self.check_blockhashes_at {
            self.check_blockhashes_at = now + CHECK_BLOCKHASH;
            self.check_blockhashes();
        }
        self.send_again(now);
        self.report_ended(now);
        self.give_up_without_blockhash();
    }
}
