//! The rules of the car, pure. Each of [`Agent::handle`] and [`Agent::tick`] gives back a [`Decision`], which the caller
//! carries out in its order, and tells the agent what came of it. Whatever instant the power goes, a restart finds what
//! is left to do; whatever cannot be remembered, the car lets its driver drive; and no receipt promises more than the
//! car has done.

mod asked;
mod codes;
mod decision;
mod keys;
mod receipts;

use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::sha256;
use latchkey_protocol::{Action, Command, Outcome};

use crate::clock::Clocks;
use crate::identity::{Identity, Ignored, Order};
use crate::interlock::{Interlock, Readiness};
use crate::state::{Lease, Lock, Mark, Obeyed, State, Tries, Warning};
use crate::store::NoRecord;
use crate::trusted::{Stopwatch, Trusted, TrustedTime};
use asked::Asked;

pub use asked::LONGEST_LOCK;
pub use codes::{LONGEST_PAUSE, NotTaken, Typed};
pub use decision::{Actuation, Answer, Decision, Fallback, Line, SignedReceipt, Situation};

/// While a lock stands, its shrinking lease is saved this often, seconds. After a restart it is taken to be so much
/// shorter than it was saved, so that a power cut never makes it longer.
pub const SAVED_EVERY: u64 = 60;

/// Why the car asks for service. Until then it obeys unlocks and the ends of locks alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// There is no record to go on from.
    NoRecord,
    /// The record could not be written when the car started, so what was done before may be missing in it. It ends when a
    /// save succeeds and the time is known: from then on, what was issued before is refused.
    MayHaveForgotten,
    /// The record cannot be written. It ends when a save succeeds.
    Unwritable,
}

#[derive(Debug)]
pub struct Agent {
    identity: Identity,
    state: State,
    service: Option<Service>,
    /// The state has not been saved since it changed.
    unsaved: bool,
    /// When the state was last saved, or tried to be, on the elapsed clock.
    saved_at: u64,
    /// What the immobiliser is known to do.
    inhibits: Option<bool>,
    /// Receipts that wait until the car does what they say.
    owed: Vec<Line>,
    clock: TrustedTime,
    /// The time at the last look, if it could be trusted.
    time: Option<Trusted>,
    /// The wall clock at the last look.
    wall: i64,
    watch: Stopwatch,
    /// Names this run of the machine.
    run: [u8; 16],
    interlock: Interlock,
    /// Whether the next start could be inhibited at the last look.
    readiness: Readiness,
}

impl Agent {
    /// An agent that starts from what was remembered, or from nothing, and locks only a car that has stood for `dwell`
    /// seconds. [`Agent::boot`] comes next.
    pub fn new(identity: Identity, record: Result<State, NoRecord>, dwell: u64, clocks: &Clocks) -> Self {
        let service = record.is_err().then_some(Service::NoRecord);
        Self {
            identity,
            state: record.unwrap_or_default(),
            service,
            unsaved: false,
            saved_at: clocks.elapsed,
            inhibits: None,
            owed: Vec::new(),
            clock: TrustedTime::default(),
            time: None,
            wall: clocks.wall,
            watch: Stopwatch::started_at(clocks.elapsed),
            run: clocks.boot,
            interlock: Interlock::new(dwell),
            readiness: Readiness::default(),
        }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Why the car asks for service, if it does.
    pub fn service(&self) -> Option<Service> {
        self.service
    }

    /// What brings the car to the remembered state after a restart, before any command is heard. A lock is applied again
    /// only once the record says that it is shorter.
    pub fn boot(&mut self, now: Situation) -> Decision {
        let mark = self.state.mark;
        let same_run = mark.boot == self.run && self.run != [0; 16];
        let passed = if same_run { now.clocks.elapsed.saturating_sub(mark.elapsed) } else { 0 };
        self.shorten(passed.max(SAVED_EVERY));
        self.pass(&now);
        let mut next = self.state.clone();
        next.boots = next.boots.saturating_add(1);
        if matches!(next.lock, Lock::Locked(lease) if lease.is_over()) {
            (next.lock, next.message) = (Lock::Unlocked, String::new());
        }
        Decision { fallback: Fallback::FailOpen, ..self.turn_to(next) }
    }

    /// Decides on a message that arrived as an order.
    pub fn handle(&mut self, message: &[u8], now: Situation) -> Result<Decision, Ignored> {
        let signed = Cosigned::open(message).map_err(Ignored::Unsigned)?;
        let order = self.identity.order(&signed.payload)?;
        self.pass(&now);
        let device_time = self.device_time();
        match order {
            Order::Command(command) => self.command(&signed, &command, device_time),
            Order::HandOver(order) => self.hand_over(&signed, &order, device_time),
            Order::Release(order) => self.release(&signed, order, device_time),
        }
    }

    fn command(
        &self,
        signed: &Cosigned,
        command: &Command<'_>,
        device_time: i64,
    ) -> Result<Decision, Ignored> {
        let now = self.time.map(Trusted::latest);
        let may = |action| self.keyring().may(signed.signers(), action, now);
        if !may(command.action) {
            return Err(Ignored::Untrusted);
        }
        let asked = Asked {
            command,
            signed: Some(signed),
            hash: sha256(&signed.payload),
            by_keys_that_may_lock: may(Action::Lock),
            time: self.time,
            not_before: self.state.not_before,
            device_time,
        };
        if let Some(known) = self.known(&asked)? {
            return Ok(known);
        }
        Ok(match command.action {
            Action::Unlock => self.unlock(&asked),
            Action::Warn | Action::Lock if self.may_not_know_its_numbers(command) => {
                self.refuse(&asked, Outcome::RefusedService)
            }
            Action::Warn | Action::Lock => match (asked.refusal(self.readiness), asked.judged_at()) {
                (None, Some(unix)) if command.action == Action::Lock => self.lock(&asked, unix),
                (None, Some(unix)) => self.warn(&asked, unix),
                (refusal, _) => self.refuse(&asked, refusal.unwrap_or(Outcome::RefusedNoTime)),
            },
        })
    }

    /// Lets time pass: a lock whose lease is over ends, one that waited for the car to park begins or lapses, and what
    /// failed is tried again.
    pub fn tick(&mut self, now: Situation) -> Decision {
        self.pass(&now);
        let device_time = self.device_time();
        match self.state.lock {
            Lock::Locked(lease) if lease.is_over() => {
                return self.turn_to(self.over());
            }
            Lock::Armed { lease, window } if lease.is_over() || window.is_over() => {
                return self.lapse(device_time);
            }
            // After a restart without network time nobody knows how long the power was off: the command may be over.
            Lock::Armed { lease, .. } if self.readiness == Readiness::Ready && self.time.is_some() => {
                return self.lock_parked(lease, device_time);
            }
            _ => {}
        }
        if self.state.warning.as_ref().is_some_and(|warning| warning.window.is_over()) {
            return self.drop_warning(device_time);
        }
        let stale = now.clocks.elapsed.saturating_sub(self.saved_at);
        let recovers = self.service == Some(Service::MayHaveForgotten) && self.time.is_some();
        let save = self.service != Some(Service::NoRecord)
            && (((self.unsaved || recovers) && stale > 0) || (self.runs_down() && stale >= SAVED_EVERY));
        Decision {
            release: self.must_release(&self.state),
            remember: save.then(|| self.marked(self.state.clone())),
            actuations: self.outstanding(&self.state),
            answer: self.owed.first().copied().map(Answer::Promise),
            ..Decision::NOTHING
        }
    }

    /// Whether a time runs down that a restart must not begin again.
    fn runs_down(&self) -> bool {
        self.state.lock != Lock::Unlocked || self.state.tries.pause > 0
    }

    /// The state is now safe on disk.
    pub fn remembered(&mut self, state: State) {
        self.saved_at = self.watch.counted_to();
        self.unsaved = false;
        self.service = match self.service {
            Some(Service::NoRecord) => Some(Service::NoRecord),
            Some(Service::MayHaveForgotten) if self.time.is_none() => Some(Service::MayHaveForgotten),
            _ => None,
        };
        self.state = state;
    }

    /// The state counts although it could not be saved. That is tried again.
    pub fn not_remembered(&mut self, state: State) {
        self.saved_at = self.watch.counted_to();
        self.service = self.service.or(Some(Service::Unwritable));
        self.unsaved = true;
        self.state = state;
    }

    /// Drops any lock, because the record cannot be written and may lack a newer unlock.
    pub fn fail_open(&mut self, mut state: State) -> Decision {
        // One that still waited has had no effect.
        if matches!(state.lock, Lock::Armed { .. }) {
            state.last = self.lapsed(state.last.as_ref(), Outcome::RefusedService, self.device_time());
        }
        self.service = Some(Service::MayHaveForgotten);
        let message = if state.lock == Lock::Unlocked { state.message } else { String::new() };
        self.not_remembered(State { lock: Lock::Unlocked, message, ..state });
        Decision { release: true, ..Decision::NOTHING }
    }

    /// The immobiliser has obeyed, or it has not and may be in either position.
    pub fn immobilised(&mut self, inhibits: Option<bool>) {
        self.inhibits = inhibits;
    }

    /// The warning has sounded. It counts as done even if that cannot be saved: it must not sound at every tick until
    /// the disk works again. After a power cut it may sound once more.
    pub fn sounded(&self) -> State {
        self.marked(State { warning: None, ..self.state.clone() })
    }

    /// Publishes a promise if it is kept, and keeps it in mind if not.
    pub fn redeem(&mut self, answer: Answer) -> Option<SignedReceipt> {
        let line = match answer {
            Answer::Now(receipt) => return Some(receipt),
            Answer::Promise(line) => line,
        };
        self.owed.retain(|owed| *owed != line);
        if self.keeps(line) {
            self.newest_receipt(line)
        } else {
            self.owed.push(line);
            None
        }
    }

    /// The receipts of the newest commands obeyed whose promises are kept. They are repeated on every new connection,
    /// because they may have been lost on the one before.
    pub fn latest(&self) -> Vec<SignedReceipt> {
        [Line::Locks, Line::Warnings, Line::Keys]
            .into_iter()
            .filter(|line| self.keeps(*line))
            .filter_map(|line| self.newest_receipt(line))
            .collect()
    }

    /// Whether the car does what the newest receipt of this line says.
    fn keeps(&self, line: Line) -> bool {
        match line {
            Line::Locks => self.inhibits == Some(self.state.lock.inhibits()),
            Line::Warnings => self.state.warning.is_none(),
            Line::Keys => !self.unsaved,
        }
    }

    fn newest_receipt(&self, line: Line) -> Option<SignedReceipt> {
        match line {
            Line::Locks | Line::Warnings => self.newest(line).map(SignedReceipt::of),
            Line::Keys => self.handed(),
        }
    }

    fn newest(&self, line: Line) -> Option<&Obeyed> {
        match line {
            Line::Locks => self.state.last.as_ref(),
            Line::Warnings => self.state.warned.as_ref(),
            Line::Keys => None,
        }
    }

    /// What remains to be done so that the car is as `state` says.
    fn outstanding(&self, state: &State) -> Vec<Actuation> {
        let inhibit =
            state.lock.inhibits() && self.inhibits != Some(true) && self.readiness == Readiness::Ready;
        // Like a lock: it does not sound after its time, and after a restart that needs network time.
        let warning = state.warning.as_ref().filter(|_| self.time.is_some());
        let inhibit = inhibit.then_some(Actuation::Inhibit);
        inhibit.into_iter().chain(warning.map(|warning| Actuation::Warn(warning.message.clone()))).collect()
    }

    fn must_release(&self, state: &State) -> bool {
        !state.lock.inhibits() && self.inhibits != Some(false)
    }

    /// To be as `next` says, whatever comes of the disk.
    fn turn_to(&self, next: State) -> Decision {
        let actuations = self.outstanding(&next);
        Decision {
            release: self.must_release(&next),
            remember: Some(self.marked(next)),
            actuations,
            ..Decision::NOTHING
        }
    }

    fn unlock(&self, asked: &Asked<'_>) -> Decision {
        let mut next = self.obeyed(asked, Outcome::Applied);
        next.lock = Lock::Unlocked;
        next.tries = Tries::default();
        // Done even where the immobiliser is thought to be released: it may have been set by another hand.
        let turn = self.turn_to(next);
        Decision { release: true, answer: Some(Answer::Promise(Line::Locks)), ..turn }
    }

    fn lock(&self, asked: &Asked<'_>, unix: i64) -> Decision {
        let lease = Lease::over(unix..asked.command.lock_until);
        // A car that may run is never locked; a lock that stands is only renewed.
        let (lock, outcome) = if self.readiness != Readiness::Ready && !self.state.lock.inhibits() {
            (Lock::Armed { lease, window: asked.window(unix) }, Outcome::Armed)
        } else {
            (Lock::Locked(lease), Outcome::Applied)
        };
        let mut next = self.obeyed(asked, outcome);
        next.lock = lock;
        self.only_if_remembered(asked, next, Line::Locks)
    }

    fn warn(&self, asked: &Asked<'_>, unix: i64) -> Decision {
        let mut next = self.state.clone();
        next.keep_command(asked.signed);
        let replaced = next.warned.replace(self.new_receipt(asked, Outcome::Applied));
        // The receipt of one that never sounded is not true.
        let sounded = next.warning.is_none();
        next.keep(replaced.filter(|replaced| sounded && !replaced.lapsed));
        next.warning =
            Some(Warning { message: asked.command.message.to_owned(), window: asked.window(unix) });
        next.not_before = asked.proves();
        self.only_if_remembered(asked, next, Line::Warnings)
    }

    fn only_if_remembered(&self, asked: &Asked<'_>, next: State, line: Line) -> Decision {
        let refusal = self.refusal(asked, Outcome::RefusedService);
        Decision {
            fallback: Fallback::Refuse(Some(refusal)),
            answer: Some(Answer::Promise(line)),
            ..self.turn_to(next)
        }
    }

    /// The state after a lock or an unlock is obeyed, but for the lock itself.
    fn obeyed(&self, asked: &Asked<'_>, outcome: Outcome) -> State {
        let mut next = self.state.clone();
        next.keep_command(asked.signed);
        let replaced = next.last.replace(self.new_receipt(asked, outcome));
        // The receipt of a lock that waited and never began would no longer be true.
        let waited = matches!(self.state.lock, Lock::Armed { .. });
        next.keep(replaced.filter(|replaced| !replaced.lapsed && !waited));
        // A warning that has not sounded is superseded.
        if next.warning.take().is_some() {
            let superseded = Outcome::RefusedSuperseded;
            next.warned = self.lapsed(next.warned.as_ref(), superseded, asked.device_time);
        }
        asked.command.message.clone_into(&mut next.message);
        next.not_before = asked.proves();
        next
    }

    /// Begins the lock that waited for the car to park, and signs the receipt for it.
    fn lock_parked(&self, lease: Lease, device_time: i64) -> Decision {
        let last = self.resigned(self.state.last.as_ref(), Outcome::Applied, device_time);
        let next = State { last, lock: Lock::Locked(lease), ..self.state.clone() };
        Decision {
            fallback: Fallback::Refuse(None),
            answer: Some(Answer::Promise(Line::Locks)),
            ..self.turn_to(next)
        }
    }

    /// The state once a lock, armed or standing, is over by itself.
    fn over(&self) -> State {
        State { lock: Lock::Unlocked, message: String::new(), ..self.state.clone() }
    }

    /// Drops the lock that waited for the car to park until its time was over.
    fn lapse(&self, device_time: i64) -> Decision {
        let last = self.lapsed(self.state.last.as_ref(), Outcome::RefusedExpired, device_time);
        let next = State { last, ..self.over() };
        Decision { answer: Some(Answer::Promise(Line::Locks)), ..self.turn_to(next) }
    }

    /// Drops a warning that did not sound until its time was over.
    fn drop_warning(&self, device_time: i64) -> Decision {
        let warned = self.lapsed(self.state.warned.as_ref(), Outcome::RefusedExpired, device_time);
        let next = State { warned, warning: None, ..self.state.clone() };
        Decision { answer: Some(Answer::Promise(Line::Warnings)), ..self.turn_to(next) }
    }

    /// Takes note of the sensors, and takes the time since the last look off every lease.
    fn pass(&mut self, Situation { clocks, sensors, contact }: &Situation) {
        self.readiness = self.interlock.observe(sensors, clocks.elapsed);
        // What the contact says is what the immobiliser does, whatever it was told.
        self.inhibits = contact.or(self.inhibits);
        if self.watch.counted_to() > clocks.elapsed {
            // It may stand for long: whoever types codes must not wait for it.
            self.state.tries.pause = 0;
        }
        let passed = self.watch.lap(clocks.elapsed);
        self.shorten(passed);
        self.wall = clocks.wall;
        self.time = self.clock.observe(clocks);
        if let Some(time) = self.time {
            self.change_leases(|lease| lease.at(time.latest()));
        }
    }

    fn shorten(&mut self, passed: u64) {
        self.state.tries.pause = self.state.tries.pause.saturating_sub(passed);
        self.change_leases(|lease| lease.after(passed));
    }

    fn change_leases(&mut self, change: impl Fn(Lease) -> Lease) {
        self.state.lock = self.state.lock.map(&change);
        if let Some(warning) = &mut self.state.warning {
            warning.window = change(warning.window);
        }
    }

    /// The state with the moment at which it is saved.
    fn marked(&self, mut state: State) -> State {
        state.mark = Mark { boot: self.run, elapsed: self.watch.counted_to() };
        if let (Some(Service::MayHaveForgotten), Some(time)) = (self.service, self.time) {
            state.forgotten_before = state.forgotten_before.max(time.latest());
        }
        state
    }

    /// Whether the newest that the car has done may be missing in its record.
    fn may_lack_the_newest(&self) -> bool {
        matches!(self.service, Some(Service::NoRecord | Service::MayHaveForgotten))
    }

    /// Whether this warning or lock may be older than one that the car has obeyed.
    fn may_not_know_its_numbers(&self, command: &Command<'_>) -> bool {
        self.may_lack_the_newest() || command.issued_at < self.state.forgotten_before
    }

    /// The time for a receipt, Unix seconds.
    fn device_time(&self) -> i64 {
        self.time.map_or(self.wall, |time| time.unix).max(self.state.not_before)
    }
}
