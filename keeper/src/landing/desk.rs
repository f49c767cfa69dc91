//! The desk: one task that owns every transaction from its order to its report. It makes no call itself and waits for
//! nothing but messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::state::Action;
use solana_sdk::signature::Signature;
use solana_transaction_status_client_types::{TransactionConfirmationStatus, TransactionStatus};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tracing::{info, info_span, warn};

use super::blockhash::{self, Blockhash};
use super::calls::{Calls, Copy, Report, STATUSES};
use super::fees::{self, Prices};
use super::flight::{Attempt, Fate, Flight, closes};
use super::forecast::Forecast;
use super::outlay::{Balance, check_cost, invocation_bytes, keeps_at_least, posts_bond, worst_cost};
use super::sign::{Payers, sign};
use super::simulation::draft;
use super::units::{priority_fee, table, with_budget};
use super::{LandingSetup, NotSent, Order, described};
use crate::core::{Intent, Lane, Operation, Priority, Verdict};
use crate::ingest::{ChainTime, Seen};
use crate::ledger::{ChainConfig, Landing, Timing};

/// How often the desk looks what is due while anything is under way.
const LOOK: Duration = Duration::from_millis(100);
/// How long after a hint statuses are asked for: others that landed in the same block are hinted at too.
const HINT_DELAY: Duration = Duration::from_millis(8);
/// Without a hint, statuses are asked for this often.
const POLL: Duration = Duration::from_secs(1);
/// Pause between sending the same bytes again.
const RESEND: Duration = Duration::from_secs(2);
/// A blockhash is valid for so many blocks: in fewer slots it cannot end. From then on it is asked whether it is still
/// valid, this often; and from this age on where no slots are told.
const BLOCKHASH_SLOTS: u64 = 150;
const MAY_EXPIRE: Duration = Duration::from_mins(1);
const CHECK_BLOCKHASH: Duration = Duration::from_secs(3);
/// A copy that was signed ahead of its time is sent up to this age.
const OLDEST_PREPARED: Duration = Duration::from_secs(12);
/// How long a transaction waits for a blockhash.
const NO_BLOCKHASH: Duration = Duration::from_secs(10);
/// How long after a success the subscriptions may take to tell what it changed, before it is read.
const TELL: Duration = Duration::from_millis(120);
/// How long an outage is kept from the core, which tries again at once.
const OUTAGE: Duration = Duration::from_secs(2);
/// Copies that may be sent before their time, and how likely the next slot must be the right one.
const MOST_EARLY: usize = 2;
const LIKELY: f64 = 0.3;
/// The most bytes of a transaction.
const MOST_BYTES: usize = 1_232;
/// Rent before a node has told it: more than it was at any time.
const RENT_UNKNOWN: u64 = 10_000_000;
/// Kinds of transactions that failed and are remembered.
const MOST_FAILURES: usize = 50_000;

/// Runs until no more orders can come and every transaction has ended.
pub(super) async fn run(setup: LandingSetup, mut orders: mpsc::UnboundedReceiver<Order>) {
    let LandingSetup { config, nodes, reader, keeper, fee_payers, mut clock, mut seen, closed } = setup;
    let prices = Prices::of(&config);
    let (newest, mut blockhash) = watch::channel(None);
    tokio::spawn(blockhash::keep(Arc::clone(&nodes), newest));
    let (paid, recent_fee) = watch::channel(0);
    tokio::spawn(fees::keep(Arc::clone(&nodes), prices, paid));
    let (reports, mut reported) = mpsc::unbounded_channel();
    let calls = Calls::new(nodes, reader, reports);
    calls.rent(invocation_bytes());
    let payers = Payers { keeper, others: fee_payers };
    let mut desk = Desk::new(config, calls, payers, prices, blockhash.clone(), recent_fee, closed);
    let mut is_open = true;
    while is_open || !desk.flights.is_empty() {
        tokio::select! {
            order = orders.recv(), if is_open => match order {
                Some(Order::Land { intent, reply }) => desk.take(*intent, reply),
                Some(Order::Cancel { vehicle, lane }) => desk.cancel(vehicle, lane),
                None => is_open = false,
            },
            Some(report) = reported.recv() => desk.report(report),
            Some(told) = seen.recv() => desk.seen(told),
            Ok(()) = clock.changed() => {
                let time = *clock.borrow_and_update();
                desk.tick(time);
            }
            Ok(()) = blockhash.changed() => desk.dispatch(),
            () = sleep_until(desk.wakes_at()) => desk.look(),
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

    /// The most that a transaction may take of the keeper's lamports, as far as that is known.
    fn cost(&self, id: u64) -> u64 {
        let Some(flight) = self.flights.get(&id) else { return 0 };
        let Intent { keys, operation, .. } = &flight.intent;
        let fixed = worst_cost(operation, self.rent, priority_fee(flight.units, self.prices.cap));
        match bonded(operation).map(|action| self.bonds.get(&(keys.lender, action as u8))) {
            None => fixed,
            Some(Some(bond)) => fixed.saturating_add(*bond),
            Some(None) => self.config.max_outlay_lamports,
        }
    }

    /// Whether nothing but a simulation bounds what the operation takes: a bond, of a balance that is not known.
    fn is_unbounded(&self, operation: &Operation) -> bool {
        posts_bond(operation) && self.balance.floor(0).is_none()
    }

    /// Signs a transaction ahead of its time. Whatever keeps it from being signed is found again in its second. What the
    /// guard demands of a claim depends on all that is under way then.
    fn prepare(&mut self, id: u64) {
        let is_claim = self.flights.get(&id).is_some_and(|flight| posts_bond(&flight.intent.operation));
        if is_claim && self.balance.floor(0) != Some(0) {
            return;
        }
        if let Ok(Some(prepared)) = self.sign(id, false) {
            self.prepared.insert(id, prepared);
        }
    }

    /// Sends a transaction, or first simulates it if its like has failed, or its cost cannot be bounded otherwise.
    fn launch(&mut self, id: u64) {
        let Some(flight) = self.flights.get(&id) else { return };
        let operation = &flight.intent.operation;
        let failed = self.failures.get(&(flight.intent.keys.vehicle, operation.name()));
        if failed.is_some_and(|failed| failed.simulate) || self.is_unbounded(operation) {
            let payer = self.payers.for_number(self.signed, &flight.instructions);
            match draft(&flight.instructions, payer) {
                Ok(draft) => self.calls.simulate(id, draft, self.config.max_outlay_lamports),
                Err(reason) => self.not_sent(id, &reason),
            }
            return;
        }
        self.wait(id);
    }

    fn wait(&mut self, id: u64) {
        if let Some(flight) = self.flights.get(&id) {
            self.waiting.insert((flight.intent.operation.priority(), id));
        }
        self.dispatch();
    }

    /// Sends what waits, the most urgent first, as long as there is room.
    fn dispatch(&mut self) {
        while self.flying.len() < self.config.max_in_flight.max(1) {
            let Some(&(priority, id)) = self.waiting.first() else { return };
            let prepared =
                self.prepared.remove(&id).filter(|copy| copy.signed_at.elapsed() < OLDEST_PREPARED);
            let copy = match prepared.map_or_else(|| self.sign(id, false), |copy| Ok(Some(copy))) {
                Ok(Some(copy)) => copy,
                // Without a blockhash everything waits.
                Ok(None) => return,
                Err(reason) => {
                    self.waiting.remove(&(priority, id));
                    self.not_sent(id, &reason);
                    continue;
                }
            };
            self.waiting.remove(&(priority, id));
            self.fly(id, copy);
        }
    }

    /// Signs a copy; `None` as long as there is no blockhash.
    fn sign(&mut self, id: u64, early: bool) -> Result<Option<Attempt>, NotSent> {
        let Some(flight) = self.flights.get_mut(&id) else { return Ok(None) };
        let Some(blockhash) = self.blockhash.borrow().filter(Blockhash::is_fresh) else { return Ok(None) };
        let Intent { keys, keeper, operation, .. } = &flight.intent;
        let limit = self.config.max_outlay_lamports;
        let attempts =
            self.failures.get(&(keys.vehicle, operation.name())).map_or(0, |failures| failures.count);
        let price = self.prices.offer(*self.recent_fee.borrow(), attempts);
        let cost = worst_cost(operation, self.rent, priority_fee(flight.units, price));
        let mut instructions = flight.instructions.clone();
        let bond = bonded(operation).and_then(|action| self.bonds.get(&(keys.lender, action as u8)));
        let whole = cost.saturating_add(bond.copied().unwrap_or(0));
        check_cost(whole, limit)?;
        if posts_bond(operation) {
            // A lender may have raised the bond since. Of a balance that is not known the simulation judged. Others that are
            // ordered after this one may land before it.
            let others = whole.saturating_mul(2 * self.config.max_in_flight as u64);
            let floor = self.balance.floor(limit.saturating_add(others));
            if let Some(floor) = floor.filter(|floor| *floor > 0) {
                instructions.push(keeps_at_least(*keeper, floor));
            }
        }
        self.signed = self.signed.wrapping_add(1);
        let payer = self.payers.for_number(self.signed, &instructions);
        let budgeted = with_budget(flight.units, self.signed, price, &instructions);
        let transaction = sign(&budgeted, payer, blockhash.hash)?;
        let wire = bincode::serialize(&transaction).map_err(|_| NotSent::TooLong)?;
        if wire.len() > MOST_BYTES {
            return Err(NotSent::TooLong);
        }
        let now = Instant::now();
        Ok(Some(Attempt {
            signature: transaction.signatures[0],
            wire: STANDARD.encode(wire),
            blockhash: blockhash.hash,
            blockhash_slot: blockhash.slot,
            signed_at: now,
            resend_at: now + RESEND,
            accepted: false,
            expired_at: None,
            early,
            fate: Fate::Open,
        }))
    }

    /// Sends a copy for the first time.
    fn fly(&mut self, id: u64, mut copy: Attempt) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        copy.resend_at = Instant::now() + RESEND;
        flight.span.in_scope(
            || info!(signature = %copy.signature, units = flight.units, early = copy.early, "sending"),
        );
        self.calls.send((id, flight.attempts.len()), &copy.wire);
        flight.attempts.push(copy);
        self.flying.insert(id);
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

    fn send_early(&mut self) {
        let mut likely = BTreeMap::new();
        let due: Vec<u64> = self
            .held
            .iter()
            .take_while(|(due, _)| {
                *likely.entry(*due).or_insert_with(|| self.forecast.next_slot_reaches(*due)) > LIKELY
            })
            .map(|(_, id)| *id)
            .collect();
        for id in due {
            if self.flying.len() >= self.config.max_in_flight {
                return;
            }
            let Some(flight) = self.flights.get(&id) else { continue };
            let key = (flight.intent.keys.vehicle, flight.intent.operation.name());
            if flight.attempts.len() >= MOST_EARLY
                || self.failures.contains_key(&key)
                || self.is_unbounded(&flight.intent.operation)
            {
                continue;
            }
            // The copy that was signed ahead serves the first attempt.
            let prepared = self.prepared.remove(&id).map(|copy| Attempt { early: true, ..copy });
            let copy = prepared.map_or_else(|| self.sign(id, true), |copy| Ok(Some(copy)));
            // What keeps it from being signed is found again in its second.
            if let Ok(Some(copy)) = copy {
                self.fly(id, copy);
            }
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

    /// A transaction may have landed.
    fn hint(&mut self, id: u64) {
        self.hinted.insert(id);
        self.hint_at.get_or_insert(Instant::now() + HINT_DELAY);
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
        }
        if now >= self.check_blockhashes_at {
            self.check_blockhashes_at = now + CHECK_BLOCKHASH;
            self.check_blockhashes();
        }
        for id in &self.flying {
            let Some(flight) = self.flights.get_mut(id) else { continue };
            for (index, copy) in flight.attempts.iter_mut().enumerate() {
                if copy.is_open() && copy.expired_at.is_none() && now >= copy.resend_at {
                    copy.resend_at = now + RESEND;
                    self.calls.send((*id, index), &copy.wire);
                }
            }
        }
        self.report_ended(now);
        if !self.blockhash.borrow().is_some_and(|blockhash| blockhash.is_fresh()) {
            let lost =
                |id: &u64| self.flights.get(id).is_some_and(|flight| flight.began.elapsed() > NO_BLOCKHASH);
            let lost: Vec<u64> = self.waiting.iter().map(|(_, id)| *id).filter(lost).collect();
            for id in lost {
                self.not_sent(id, &NotSent::NoBlockhash);
            }
        }
    }

    /// What ended, and was not told of by the subscriptions in time, is read.
    fn report_ended(&mut self, now: Instant) {
        let due: Vec<u64> = self.ending.iter().filter(|(_, at)| now >= **at).map(|(id, _)| *id).collect();
        for id in due {
            self.ending.remove(&id);
            let Some(flight) = self.flights.get(&id) else { continue };
            match flight.ended {
                Some((Verdict::Outage, _, _)) | None => self.finish(id, Verdict::Outage, None),
                Some((_, slot, _)) => self.calls.touched(id, &flight.intent, slot),
            }
        }
    }

    /// Asks for the statuses of the open copies of these transactions.
    fn ask_statuses(&mut self, ids: BTreeSet<u64>) {
        let mut copies: [Vec<(Copy, Signature)>; 2] = [Vec::new(), Vec::new()];
        for id in ids {
            let Some(flight) = self.flights.get(&id) else { continue };
            for (index, copy) in flight.attempts.iter().enumerate().filter(|(_, copy)| copy.is_open()) {
                copies[usize::from(copy.expired_at.is_some())].push(((id, index), copy.signature));
            }
        }
        for (with_history, copies) in [false, true].into_iter().zip(copies) {
            for part in copies.chunks(STATUSES) {
                let (copies, signatures): (Vec<Copy>, Vec<Signature>) = part.iter().copied().unzip();
                self.calls.statuses(copies, &signatures, with_history);
            }
        }
    }

    fn check_blockhashes(&self) {
        let flights = self.flying.iter().filter_map(|id| self.flights.get(id));
        let may_have_ended = |copy: &&Attempt| {
            let slots = self.time.slot.saturating_sub(copy.blockhash_slot);
            slots >= BLOCKHASH_SLOTS || copy.signed_at.elapsed() > MAY_EXPIRE
        };
        let copies = flights.flat_map(|flight| &flight.attempts);
        let old = copies.filter(|copy| copy.is_open() && copy.expired_at.is_none()).filter(may_have_ended);
        let hashes: HashMap<_, _> = old.map(|copy| (copy.blockhash, copy.blockhash_slot)).collect();
        for (hash, slot) in hashes {
            self.calls.check_blockhash(hash, slot);
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Rent(lamports) => self.rent = lamports,
            Report::Accepted((id, index)) => {
                if let Some(copy) = self.copy((id, index)) {
                    copy.accepted = true;
                }
            }
            Report::Simulated { id, result } => match result {
                Ok(units) => {
                    if let Some(flight) = self.flights.get_mut(&id) {
                        flight.units = flight.units.max(units);
                    }
                    self.wait(id);
                }
                Err(reason) => self.not_sent(id, &reason),
            },
            Report::Expired { blockhash, slot } => {
                for id in &self.flying {
                    let Some(flight) = self.flights.get_mut(id) else { continue };
                    for copy in flight.attempts.iter_mut().filter(|copy| copy.blockhash == blockhash) {
                        copy.expired_at.get_or_insert(slot);
                    }
                }
            }
            Report::Statuses { copies, with_history, answer: Some((slot, statuses)) } => {
                for (copy, status) in copies.iter().zip(statuses) {
                    self.status(*copy, status, slot, with_history);
                }
                let ids: BTreeSet<u64> = copies.into_iter().map(|(id, _)| id).collect();
                for id in ids {
                    self.settle(id);
                }
            }
            Report::Statuses { answer: None, .. } => {}
            Report::Touched { id, update } => {
                let ended = self.flights.get(&id).and_then(|flight| flight.ended);
                if let Some((verdict, _, _)) = ended {
                    if update.is_none() {
                        warn!(
                            "the accounts that a transaction touched could not be read; the next snapshot brings them"
                        );
                    }
                    self.finish(id, verdict, update);
                }
            }
        }
    }

    fn copy(&mut self, (id, index): Copy) -> Option<&mut Attempt> {
        self.flights.get_mut(&id)?.attempts.get_mut(index)
    }

    fn status(&mut self, copy: Copy, status: Option<TransactionStatus>, slot: u64, with_history: bool) {
        let Some(copy) = self.copy(copy).filter(|copy| copy.is_open()) else { return };
        let Some(status) = status else {
            // It was in a block that was dropped.
            copy.fate = Fate::Open;
            return copy.is_unknown_at(slot, with_history);
        };
        copy.accepted = true;
        let is_confirmed = match status.confirmation_status {
            Some(level) => level != TransactionConfirmationStatus::Processed,
            // A node that tells no level tells the number of votes, and none once it is final.
            None => status.confirmations.is_none(),
        };
        copy.fate = if is_confirmed {
            Fate::Landed { slot: status.slot, error: status.err.as_ref().map(described) }
        } else {
            Fate::Processed { succeeded: status.err.is_none() }
        };
    }

    /// Takes in what is known of a transaction's copies.
    fn settle(&mut self, id: u64) {
        let Some(flight) = self.flights.get(&id).filter(|flight| flight.ended.is_none()) else { return };
        if let Some((verdict, slot)) = flight.outcome() {
            return self.ended(id, verdict, slot);
        }
        // Its time has come, and every copy that was sent early came too early.
        let is_held = flight.intent.due.is_some_and(|due| self.held.contains(&(due, id)));
        let hopes = |copy: &Attempt| {
            !copy.early || matches!(copy.fate, Fate::Open | Fate::Processed { succeeded: true })
        };
        if !is_held && !flight.attempts.iter().any(hopes) {
            match self.sign(id, false) {
                Ok(Some(copy)) => self.fly(id, copy),
                Ok(None) => {}
                Err(reason) => self.not_sent(id, &reason),
            }
        }
    }

    /// It is known how a transaction ended.
    fn ended(&mut self, id: u64, verdict: Verdict, slot: u64) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        let now = Instant::now();
        flight.ended = Some((verdict, slot, now));
        let error = flight.attempts.iter().rev().find_map(|copy| match &copy.fate {
            Fate::Landed { error, .. } => error.as_deref(),
            _ => None,
        });
        flight.span.in_scope(|| match verdict {
            Verdict::Failed => warn!(error, slot, "the transaction landed and failed"),
            Verdict::Expired => warn!("the transaction did not land before its blockhash expired"),
            Verdict::Outage => warn!("no node took the transaction before its blockhash expired"),
            _ => {}
        });
        let key = (flight.intent.keys.vehicle, flight.intent.operation.name());
        let landed = matches!(verdict, Verdict::Succeeded | Verdict::Failed).then_some(slot);
        let changed = (verdict == Verdict::Succeeded).then(|| flight.changed(slot));
        let closed = closes(&flight.intent).filter(|_| verdict == Verdict::Succeeded);
        self.flying.remove(&id);
        self.balance.ended(id, landed);
        self.remember(key, verdict);
        if let (Some(key), Ok(mut list)) = (closed, self.closed.lock()) {
            list.push(key);
        }
        match (verdict, changed) {
            (Verdict::Succeeded, Some(Some(update))) => self.finish(id, verdict, Some(update)),
            (Verdict::Succeeded, _) => _ = self.ending.insert(id, now + TELL),
            (Verdict::Outage, _) => _ = self.ending.insert(id, now + OUTAGE),
            _ => _ = self.ending.insert(id, now),
        }
        self.look_at = now;
        self.dispatch();
    }

    /// The next transaction of this kind offers more after a failure, and is simulated first after one that landed.
    fn remember(&mut self, key: (Pubkey, &'static str), verdict: Verdict) {
        if verdict == Verdict::Succeeded {
            self.failures.remove(&key);
            return;
        }
        if self.failures.len() > MOST_FAILURES {
            self.failures.clear();
        }
        let failures = self.failures.entry(key).or_default();
        failures.count = failures.count.saturating_add(1);
        failures.simulate |= verdict == Verdict::Failed;
    }

    /// A transaction is not sent.
    fn not_sent(&mut self, id: u64, reason: &NotSent) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        flight.span.in_scope(|| info!(error = reason as &dyn Error, "not sent"));
        let (verdict, now) = (reason.verdict(), Instant::now());
        flight.ended = Some((verdict, 0, now));
        self.waiting.remove(&(flight.intent.operation.priority(), id));
        self.ending.insert(id, if verdict == Verdict::Outage { now + OUTAGE } else { now });
        self.look_at = now;
    }

    /// Reports the end to whoever ordered it, and forgets the transaction.
    fn finish(&mut self, id: u64, verdict: Verdict, touched: Option<crate::core::Update>) {
        let Some(mut flight) = self.flights.remove(&id) else { return };
        let (vehicle, lane) = (flight.intent.keys.vehicle, flight.intent.operation.lane());
        if self.by_lane.get(&(vehicle, lane)) == Some(&id) {
            self.by_lane.remove(&(vehicle, lane));
        }
        for key in flight.awaited() {
            if let Some(ids) = self.by_account.get_mut(key) {
                ids.retain(|known| *known != id);
                if ids.is_empty() {
                    self.by_account.remove(key);
                }
            }
        }
        if let Some(due) = flight.intent.due {
            self.held.remove(&(due, id));
        }
        self.waiting.remove(&(flight.intent.operation.priority(), id));
        self.flying.remove(&id);
        self.balance.ended(id, None);
        self.ending.remove(&id);
        self.prepared.remove(&id);
        flight.reply(verdict, touched);
    }
}

/// The action whose function sets the bond.
const fn bonded(operation: &Operation) -> Option<Action> {
    match operation {
        Operation::DeclareDefaultAndLock { .. } => Some(Action::Lock),
        Operation::Request { action, .. } | Operation::Claim { action, .. } => Some(*action),
        _ => None,
    }
}
