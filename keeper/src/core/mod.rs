//! The keeper's decisions, pure: no I/O and no clock of its own.
//!
//! [`Core::apply`] takes what happened and returns what to do. It decides from the latest known state of the chain,
//! so that a restart and duplicate, reordered or missing events do not change the outcome. It decides only about loans
//! that changed or whose time has come: what an event costs does not grow with the number of loans.

mod account;
mod agenda;
mod backlog;
mod book;
mod breaker;
mod call;
mod context;
#[cfg(test)]
mod crowd;
mod deadlines;
mod decide;
mod duties;
mod event;
#[cfg(test)]
pub(crate) mod fixture;
mod function_call;
mod operation;
mod policy;
#[cfg(test)]
mod recomputation;
mod rendezvous;
mod report;
#[cfg(test)]
mod restart;
mod retry_pauses;
mod submission;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;

pub use account::{RawAccount, Snapshot, Update};
use agenda::Agenda;
use backlog::Backlog;
use book::{Book, Gone, LenderId, LoanView, Queue, RowId};
use breaker::{Breaker, Leave};
use call::{Call, CallEvent};
use context::Context;
use decide::{Decision, Submission, decide};
pub use event::{Alarm, Effect, Event, FunctionReply, Verdict};
pub use function_call::{CallSigner, FunctionCall, ReleaseCall};
pub use latchkey_link::http::Hosts;
pub use operation::{Intent, Lane, Operation, Priority};
pub use policy::{LOCKS_PER_HOUR, Policy};
pub use report::{CallState, Health, LoanReport, LoanWaiting, OpenCall, Report, Standing, Work, WorkState};
use retry_pauses::RetryPauses;
use submission::Submissions;

/// Accounts taken in and loans decided about in one go. More wait for [`Core::proceed`], so that no event waits long.
const SLICE: usize = 512;

/// A time that is earlier by more than this many seconds is no lag: what was taken for the time was wrong.
const MOST_LAG: i64 = 60;

/// By how much accounts can overtake the clock, seconds: one that says more is not believed.
const LONGEST_LEAD: i64 = 30;

/// What a core is made with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The keeper's address.
    pub keeper: Pubkey,
    /// What it works for.
    pub policy: Policy,
    /// What rent an escrow account costs now, lamports.
    pub escrow_rent: u64,
    /// Any random number: it spreads the pauses of several keepers.
    pub jitter: u64,
}

/// What the keeper has counted since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Leases of its own that lapsed before the call was done.
    pub leases_lapsed: u64,
    /// Loans that it decided about, each time counted.
    pub decisions: u64,
    /// Times that the breaker stopped locks.
    pub locks_stopped: u64,
}

/// How much the keeper holds now. None of it outlives what it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Loans that it knows.
    pub loans: usize,
    /// Loans that it looks at again at some time though nothing happens.
    pub deadlines: usize,
    /// Open calls on the chain.
    pub open_calls: usize,
    /// Calls that it has tried itself.
    pub calls: usize,
    /// Vehicles with transactions under way, or pauses after failures.
    pub vehicles: usize,
    /// Leases that lapsed and whose call is still open.
    pub lapsed: usize,
    /// Accounts whose loan it has not read.
    pub strays: usize,
    /// Loans that wait for a decision.
    pub waiting: usize,
}

/// The keeper's state: the chain as it knows it, and its own calls and transactions.
pub struct Core {
    setup: Setup,
    book: Book,
    agenda: Agenda,
    now: i64,
    /// Loans to decide about: first those that something has happened to.
    urgent: VecDeque<RowId>,
    later: VecDeque<RowId>,
    /// Lenders that changed, and how far their loans were decided about since.
    sweeps: VecDeque<(LenderId, RowId)>,
    /// By vehicle.
    submissions: HashMap<Pubkey, Submissions>,
    /// By invocation, and releases by loan.
    calls: HashMap<Pubkey, Call>,
    /// Leases that lapsed and were told of: the invocation, and when.
    lapsed: HashMap<Pubkey, i64>,
    pauses: RetryPauses,
    breaker: Breaker,
    backlog: Backlog,
    /// Loans whose lock the breaker has stopped.
    held_back: BTreeSet<RowId>,
    is_stopping: bool,
    /// Wallets to watch or no longer, since the last effects.
    watch: Vec<(Pubkey, bool)>,
    counters: Counters,
    /// Decides about every loan at every event, as a test's measure of what is left out.
    #[cfg(test)]
    decides_everything: bool,
}

impl Core {
    /// A core that knows nothing of the chain yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            pauses: RetryPauses { jitter: setup.jitter },
            breaker: Breaker::new(setup.policy.locks_per_hour),
            book: Book::new(setup.keeper),
            setup,
            agenda: Agenda::default(),
            now: 0,
            urgent: VecDeque::new(),
            later: VecDeque::new(),
            sweeps: VecDeque::new(),
            submissions: HashMap::new(),
            calls: HashMap::new(),
            lapsed: HashMap::new(),
            backlog: Backlog::default(),
            held_back: BTreeSet::new(),
            is_stopping: false,
            watch: Vec::new(),
            counters: Counters::default(),
            #[cfg(test)]
            decides_everything: false,
        }
    }

    /// Takes in what happened and returns what to do, the most urgent first.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Snapshot(snapshot) => self.book.begin(snapshot),
            Event::Update(update) => self.book.update(update),
            // A node that lags must not turn time back. A time that was wrong is put right.
            Event::Clock(unix) if unix < self.now - MOST_LAG => self.turn_back(unix),
            Event::Clock(unix) => self.now = self.now.max(unix),
            Event::TransactionEnded { vehicle, lane, verdict } => {
                self.transaction_ended(vehicle, lane, verdict);
            }
            Event::FunctionReplied { invocation, reply } => self.function_replied(invocation, reply),
            Event::Released { loan, reply } => self.released(loan, reply),
            Event::Stop => self.stop(),
        }
        self.proceed()
    }

    /// Whether there is more to do than one event was to wait for: call [`Self::proceed`] when no event waits.
    pub fn is_behind(&self) -> bool {
        let decides = self.now > 0;
        let waits = !self.urgent.is_empty() || !self.later.is_empty() || !self.sweeps.is_empty();
        self.book.is_taking_in() || decides && waits
    }

    /// Goes on with what is left, and returns what to do.
    pub fn proceed(&mut self) -> Vec<Effect> {
        self.book.take_in(SLICE);
        let mut effects = Vec::new();
        self.take_changes();
        // Before the first clock nothing can be judged.
        if self.now > 0 {
            if self.breaker.pass(self.now) {
                effects.push(Effect::Alarm(Alarm::LocksResumed));
                let held_back = std::mem::take(&mut self.held_back);
                for id in held_back {
                    self.queue(id, Queue::Later);
                }
            }
            while let Some(id) = self.agenda.take_due(self.now) {
                self.book.set_deadline(id, i64::MAX);
                self.queue(id, Queue::Later);
            }
            self.decide_slice(&mut effects);
        }
        if !self.watch.is_empty() {
            effects.push(Effect::Watch { wallets: std::mem::take(&mut self.watch) });
        }
        let rank = |effect: &Effect| match effect {
            Effect::Submit(intent) => Some(intent.operation.priority()),
            _ => None,
        };
        effects.sort_by_key(rank);
        effects
    }

    /// Accounts that do not decode, each named once: they were written by another version of the program.
    pub fn take_unreadable(&mut self) -> Vec<Pubkey> {
        self.book.take_unreadable()
    }

    /// What it has counted since it started.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// How much it holds now.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            loans: self.book.len(),
            deadlines: self.agenda.len(),
            open_calls: self.book.open_calls(),
            calls: self.calls.len(),
            vehicles: self.submissions.len(),
            lapsed: self.lapsed.len(),
            strays: self.book.strays(),
            waiting: self.urgent.len() + self.later.len(),
        }
    }

    /// How many loans it knows.
    pub const fn loans(&self) -> usize {
        self.book.len()
    }

    /// What an open call pays, lamports.
    pub fn fee_of(&self, invocation: &Pubkey) -> Option<u64> {
        self.book.invocation(invocation).map(|invocation| invocation.fee)
    }

    /// How many leases it holds.
    pub fn leases(&self) -> usize {
        self.book.leases(self.now).count()
    }

    /// Whether nothing that it has begun is left: no transaction, no call and no lease.
    pub fn is_idle(&self) -> bool {
        self.leases() == 0
            && !self.submissions.values().any(Submissions::is_under_way)
            && !self.calls.values().any(Call::is_running)
    }

    fn stop(&mut self) {
        self.is_stopping = true;
        let vehicles: Vec<Pubkey> = self.submissions.keys().copied().collect();
        let under_way = vehicles.iter().flat_map(|vehicle| self.book.rows_of_vehicle(vehicle));
        let mut ids: BTreeSet<RowId> = under_way.collect();
        ids.extend(self.book.leases(self.now));
        for id in ids {
            self.queue(id, Queue::Urgent);
        }
    }

    /// What was taken for the time was wrong: nothing that was reckoned with it counts.
    fn turn_back(&mut self, unix: i64) {
        self.now = unix;
        for submissions in self.submissions.values_mut() {
            submissions.forget();
        }
        self.submissions.retain(|_, submissions| !submissions.is_empty());
        for call in self.calls.values_mut() {
            call.rest_until(unix);
        }
        self.lapsed.clear();
        self.backlog.turn_back(unix);
        self.breaker.turn_back(unix);
        for id in self.book.all() {
            self.queue(id, Queue::Later);
        }
    }

    fn transaction_ended(&mut self, vehicle: Pubkey, lane: Lane, verdict: Verdict) {
        let (now, pauses) = (self.now, self.pauses.of(&vehicle));
        let Some(submissions) = self.submissions.get_mut(&vehicle) else { return };
        let Some(operation) = submissions.end(lane, verdict, now, pauses) else { return };
        let rows = self.book.rows_of_vehicle(&vehicle);
        if rows.is_empty() {
            submissions.forget();
        }
        if submissions.is_empty() {
            self.submissions.remove(&vehicle);
        }
        let succeeded = verdict == Verdict::Succeeded;
        if operation.is_lock() {
            self.breaker.end(vehicle, succeeded, now);
        }
        if succeeded {
            self.operation_succeeded(vehicle, &operation);
        }
        for id in rows {
            self.queue(id, Queue::Urgent);
        }
    }

    fn function_replied(&mut self, invocation: Pubkey, reply: FunctionReply) {
        let action = self.book.invocation(&invocation).map(|invocation| invocation.action);
        let is_final = matches!(reply, FunctionReply::Refused);
        self.change_call(invocation, CallEvent::Replied(reply));
        // There is no lease to give back, and the driver may still be waiting.
        if is_final && action == Some(Action::Unlock) {
            self.give_up(invocation);
        }
        match self.book.row_of_call(&invocation) {
            Some(id) => self.queue(id, Queue::Urgent),
            // It was closed while it ran.
            None => _ = self.calls.remove(&invocation),
        }
    }

    fn released(&mut self, loan: Pubkey, reply: FunctionReply) {
        let Some(id) = self.book.row_of_loan(&loan) else {
            // The loan was closed while it ran.
            self.calls.remove(&loan);
            return;
        };
        let is_proven = matches!(reply, FunctionReply::Receipt(_));
        self.change_call(loan, CallEvent::Replied(reply));
        if !is_proven {
            self.change_call(
                loan,
                CallEvent::GivenUp { longest_pause: policy::LONGEST_PAUSE_BEFORE_RELEASE },
            );
        }
        self.queue(id, Queue::Urgent);
    }

    /// Ends the present attempt at a call.
    fn give_up(&mut self, invocation: Pubkey) {
        let action = self.book.invocation(&invocation).map(|invocation| invocation.action);
        let longest_pause = policy::longest_pause_before_next_attempt(action);
        self.change_call(invocation, CallEvent::GivenUp { longest_pause });
    }

    /// Takes in what a transaction means for the call that it was about.
    fn operation_succeeded(&mut self, vehicle: Pubkey, operation: &Operation) {
        if !matches!(operation, Operation::Claim { .. } | Operation::Yield { .. }) {
            return;
        }
        let Some(invocation) = operation.invocation(&vehicle) else { return };
        if !self.calls.contains_key(&invocation) {
            return;
        }
        match operation {
            Operation::Claim { .. } => self.change_call(invocation, CallEvent::LeaseTaken),
            _ => self.give_up(invocation),
        }
    }

    fn change_call(&mut self, invocation: Pubkey, event: CallEvent) {
        let before = self.calls.remove(&invocation).unwrap_or(Call::new(self.now));
        self.calls.insert(invocation, before.after(event, self.now, self.pauses.of(&invocation)));
    }

    /// Takes in what has changed in the book.
    fn take_changes(&mut self) {
        let changes = self.book.take_changes();
        for key in changes.closed_calls {
            self.lapsed.remove(&key);
            // The reply of one under way is still to come.
            if self.calls.get(&key).is_some_and(|call| !call.is_running()) {
                self.calls.remove(&key);
            }
        }
        for Gone { id, loan, vehicle, wallet, is_watched, deadline } in changes.gone {
            if self.calls.get(&loan).is_some_and(|call| !call.is_running()) {
                self.calls.remove(&loan);
            }
            self.agenda.change(id, deadline, i64::MAX);
            self.held_back.remove(&id);
            self.backlog.forget(id);
            if is_watched {
                self.watch.push((wallet, false));
            }
            if self.book.rows_of_vehicle(&vehicle).is_empty()
                && let Some(submissions) = self.submissions.get_mut(&vehicle)
            {
                submissions.forget();
                if submissions.is_empty() {
                    self.submissions.remove(&vehicle);
                }
            }
        }
        let queue = if self.book.is_taking_in() { Queue::Later } else { Queue::Urgent };
        for id in changes.rows {
            self.queue(id, queue);
        }
        for lender in changes.lenders {
            // A lender that changed again is begun again.
            self.sweeps.retain(|(other, _)| *other != lender);
            self.sweeps.push_back((lender, RowId::FIRST));
        }
    }

    fn queue(&mut self, id: RowId, queue: Queue) {
        if self.book.promote(id, queue) {
            match queue {
                Queue::Urgent => self.urgent.push_back(id),
                Queue::Later => self.later.push_back(id),
                Queue::None => {}
            }
        }
    }

    /// Decides about some of the loans that wait.
    fn decide_slice(&mut self, effects: &mut Vec<Effect>) {
        #[cfg(test)]
        if self.decides_everything {
            for id in self.book.all() {
                self.queue(id, Queue::Later);
            }
        }
        for _ in 0..SLICE {
            if self.urgent.is_empty() && self.later.is_empty() {
                self.sweep();
            }
            let Some(id) = self.urgent.pop_front().or_else(|| self.later.pop_front()) else { return };
            // It may have been decided about since, or closed.
            if self.book.take_from_queue(id) {
                self.decide_loan(id, effects);
            }
        }
    }

    /// Queues some of the loans of a lender that changed.
    fn sweep(&mut self) {
        let Some((lender, first)) = self.sweeps.pop_front() else { return };
        let ids = self.book.rows_of_lender(lender, first, SLICE);
        if let Some(last) = ids.last().filter(|_| ids.len() == SLICE) {
            self.sweeps.push_front((lender, last.next()));
        }
        for id in ids {
            self.queue(id, Queue::Later);
        }
    }

    /// The time at which a loan is judged. A transaction's end and the accounts that it changed can overtake the clock: when
    /// the contract looked at the loan, it was at least so late.
    fn time_of(&self, view: &LoanView<'_>) -> i64 {
        self.now.max(view.loan.ledger.as_of.min(self.now.saturating_add(LONGEST_LEAD)))
    }

    fn decide_loan(&mut self, id: RowId, effects: &mut Vec<Effect>) {
        self.counters.decisions += 1;
        let Some(view) = self.book.view(id) else {
            // Something of it is not known. A wallet is asked for; the rest comes with the next snapshot.
            if let Some(wallet) = self.book.unread_wallet(id) {
                self.book.set_watched(id, true);
                self.watch.push((wallet, true));
            }
            self.backlog.forget(id);
            let before = self.book.set_deadline(id, i64::MAX);
            return self.agenda.change(id, before, i64::MAX);
        };
        let vehicle = view.vehicle_key();
        let mut context = Context {
            view: &view,
            at: view.at(self.time_of(&view)),
            keeper: self.setup.keeper,
            policy: &self.setup.policy,
            escrow_rent: self.setup.escrow_rent,
            calls: &self.calls,
            submissions: self.submissions.get(&vehicle),
            may_lock: true,
            locks_are_stopped: self.breaker.is_tripped(),
            is_stopping: self.is_stopping,
        };
        let mut decision = decide(&context);
        if decision.submissions.iter().any(|submission| submission.operation.is_lock()) {
            match self.breaker.ask(&vehicle) {
                Leave::Granted => self.breaker.start(vehicle),
                refused => {
                    if refused == Leave::Trips {
                        self.counters.locks_stopped += 1;
                        let limit = self.breaker.limit();
                        effects.push(Effect::Alarm(Alarm::LocksStopped { limit }));
                    }
                    self.held_back.insert(id);
                    context.may_lock = false;
                    decision = decide(&context);
                }
            }
        }
        self.backlog.note(id, &decision.due, decision.is_locked_though_cured, context.at.now);
        let keys = (!decision.submissions.is_empty()).then(|| view.keys());
        let (wallet, was_watched) = (view.loan.wallet, view.is_watched);
        if decision.watches != was_watched {
            self.book.set_watched(id, decision.watches);
            self.watch.push((wallet, decision.watches));
        }
        let Decision { calls, submissions, cancels, turns, lapsed, deadline, .. } = decision;
        for (invocation, lease_end, alarm) in lapsed {
            if self.lapsed.insert(invocation, lease_end) != Some(lease_end) {
                self.counters.leases_lapsed += 1;
                effects.push(Effect::Alarm(alarm));
            }
        }
        for (invocation, effect) in calls {
            self.change_call(invocation, CallEvent::Started);
            effects.push(effect);
        }
        if !turns.is_empty() || self.submissions.contains_key(&vehicle) {
            let known = self.submissions.entry(vehicle).or_default();
            known.set_turns(turns);
            for lane in cancels {
                known.cancel(lane);
                effects.push(Effect::Cancel { vehicle, lane });
            }
            if known.is_empty() {
                self.submissions.remove(&vehicle);
            }
        }
        for Submission { operation, basis, due } in submissions {
            let Some(keys) = keys else { continue };
            self.submissions.entry(vehicle).or_default().start(operation.clone(), basis, due);
            let intent = Intent { keys, keeper: self.setup.keeper, operation, due };
            effects.push(Effect::Submit(Box::new(intent)));
        }
        let deadline = deadline.unwrap_or(i64::MAX);
        let before = self.book.set_deadline(id, deadline);
        self.agenda.change(id, before, deadline);
    }
}
