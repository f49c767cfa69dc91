//! The rules of the car, pure. [`Agent::handle`] and [`Agent::tick`] decide what to remember and what the car must do;
//! the caller remembers it durably first, tells the agent with [`Agent::commit`], has the car do it, remembers that it
//! is done, and only then answers. Whatever instant the power goes, a restart finds what is left to do, and no receipt
//! promises more than the car has done.

use latchkey_protocol::sealed::{Envelope, SEAL_LEN, sha256};
use latchkey_protocol::{Action, Command, Hash, Key, Outcome, Receipt};

use crate::car::Ignition;
use crate::clock::Clocks;
use crate::identity::{Identity, Ignored};
use crate::state::{Lease, Lock, Obeyed, Pending, State};

/// The car and its clocks at the moment a command or a tick arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    pub clocks: Clocks,
    pub ignition: Ignition,
    /// `false` where the car knows that a lock would be unsafe now.
    pub may_lock: bool,
}

/// What the car's hardware is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actuation {
    /// Inhibit the next start, or allow it.
    Immobilise(bool),
    /// Sound the warning and show this message.
    Warn(String),
}

/// A signed receipt to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    /// Address of the invocation that it answers.
    pub invocation: Key,
    /// The signed receipt, as it travels.
    pub receipt: Vec<u8>,
}

impl SignedReceipt {
    fn of(last: &Obeyed) -> Self {
        Self { invocation: last.invocation, receipt: last.receipt.clone() }
    }
}

/// What follows from a command or a tick, in the order in which it must happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// To be remembered durably before the car does anything.
    pub remember: Option<State>,
    /// To be done next, in this order.
    pub actuations: Vec<Actuation>,
    /// To be published once the actuations are done and remembered as done.
    pub answer: Option<SignedReceipt>,
}

impl Decision {
    /// To remember `next`, do what it leaves to be done, and answer.
    fn remember(next: State, answer: Option<SignedReceipt>) -> Self {
        Self { actuations: pending_actuations(&next), remember: Some(next), answer }
    }

    /// To do what `state`, which is remembered already, leaves to be done, and answer.
    fn catch_up(state: &State, answer: Option<SignedReceipt>) -> Self {
        Self { remember: None, actuations: pending_actuations(state), answer }
    }
}

/// While a lock stands, its shrinking lease is written to disk this often, seconds. A power cut makes the lock last
/// longer by no more than this.
const LEASE_SAVED_EVERY: u64 = 60;

#[derive(Clone, Debug)]
pub struct Agent {
    identity: Identity,
    state: State,
    /// When the leases last shrank, on the elapsed clock. Not remembered: it means nothing after a restart.
    counted_to: u64,
    /// When the state was last written, on the elapsed clock.
    saved_at: u64,
}

impl Agent {
    /// An agent that remembers `state`.
    pub fn new(identity: Identity, state: State, clocks: Clocks) -> Self {
        Self { identity, state, counted_to: clocks.elapsed, saved_at: clocks.elapsed }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What brings the car to the remembered state after a restart, to be done before any command is heard.
    pub fn resume(&self) -> Actuation {
        Actuation::Immobilise(self.state.lock.inhibits())
    }

    /// Takes a state that is now safe on disk as its own.
    pub fn commit(&mut self, state: State) {
        self.state = state;
        self.saved_at = self.counted_to;
    }

    /// The state once the pending actuations are done.
    pub fn done(&self) -> State {
        State { pending: Pending::default(), ..self.state.clone() }
    }

    /// The receipt of the newest command obeyed, if the car has done all that it promises. It is repeated on every new
    /// connection, because it may have been lost on the one before.
    pub fn latest(&self) -> Option<SignedReceipt> {
        self.state.last.as_ref().filter(|_| self.state.pending.is_empty()).map(SignedReceipt::of)
    }

    /// Decides on a message that arrived as a command.
    pub fn handle(&mut self, message: &[u8], now: Situation) -> Result<Decision, Ignored> {
        let signed = Envelope::open(message).map_err(Ignored::Unsigned)?;
        let command = self.identity.command(&signed)?;
        self.count(now.clocks);
        let asked = Asked {
            command: &command,
            hash: sha256(&signed.payload),
            // It is signed, so the time cannot be earlier than it says.
            unix: self.time(now.clocks).max(command.issued_at),
        };
        match &self.state.last {
            Some(last) if command.seq < last.seq => {
                return Ok(self.refuse(&asked, Outcome::RefusedSuperseded));
            }
            Some(last) if command.seq == last.seq => {
                if command.invocation != last.invocation {
                    return Err(Ignored::OtherInvocation);
                }
                if !last.lapsed {
                    return Ok(self.repeat(last, &asked));
                }
            }
            _ => {}
        }
        let is_over = asked.lock_end().is_some_and(|end| asked.unix >= end);
        if asked.is_late() || is_over {
            return Ok(self.refuse(&asked, Outcome::RefusedExpired));
        }
        if command.action == Action::Lock && !now.may_lock {
            return Ok(self.refuse(&asked, Outcome::RefusedUnsafe));
        }
        Ok(self.obey(&asked, now))
    }

    /// Lets time pass: a lock whose lease is over ends, one that waited for the car to park begins or lapses, and
    /// actuations that failed are tried again.
    pub fn tick(&mut self, now: Situation) -> Decision {
        self.count(now.clocks);
        let unix = self.time(now.clocks);
        match self.state.lock {
            Lock::Locked(lease) if lease.is_over(unix) => {
                let pending = Pending { immobilise: true, ..self.state.pending.clone() };
                return Decision::remember(
                    State { lock: Lock::Unlocked, pending, ..self.state.clone() },
                    None,
                );
            }
            Lock::Armed { lease, window } if lease.is_over(unix) || window.is_over(unix) => {
                return self.lapse(unix);
            }
            Lock::Armed { lease, .. } if now.ignition == Ignition::Parked && now.may_lock => {
                return self.lock_parked(lease, unix);
            }
            _ => {}
        }
        if !self.state.pending.is_empty() {
            let answer = self.state.last.as_ref().map(SignedReceipt::of);
            return Decision::catch_up(&self.state, answer);
        }
        let unsaved = now.clocks.elapsed.saturating_sub(self.saved_at) >= LEASE_SAVED_EVERY;
        if unsaved && self.state.lock.is_running_out() {
            return Decision::remember(self.state.clone(), None);
        }
        Decision::default()
    }

    /// Answers the command already obeyed with the stored receipt. A copy with more time, from the next lease of the
    /// same invocation, keeps an armed lock waiting longer.
    fn repeat(&self, last: &Obeyed, asked: &Asked<'_>) -> Decision {
        let answer = Some(SignedReceipt::of(last));
        if let (Lock::Armed { lease, window }, Action::Lock, false) =
            (self.state.lock, asked.command.action, asked.is_late())
        {
            let longer = asked.window();
            if longer.until > window.until {
                let lock = Lock::Armed { lease, window: longer };
                return Decision::remember(State { lock, ..self.state.clone() }, answer);
            }
        }
        Decision::catch_up(&self.state, answer)
    }

    /// Begins the lock that waited for the car to park, and signs the receipt for it.
    fn lock_parked(&self, lease: Lease, unix: i64) -> Decision {
        let last = self.resigned(Outcome::Applied, unix);
        let answer = last.as_ref().map(SignedReceipt::of);
        let pending = Pending { immobilise: true, ..self.state.pending.clone() };
        Decision::remember(State { last, lock: Lock::Locked(lease), pending, ..self.state.clone() }, answer)
    }

    /// Drops the lock that waited for the car to park until its time was over.
    fn lapse(&self, unix: i64) -> Decision {
        let last = self.resigned(Outcome::RefusedExpired, unix).map(|last| Obeyed { lapsed: true, ..last });
        let answer = last.as_ref().map(SignedReceipt::of);
        Decision::remember(State { last, lock: Lock::Unlocked, ..self.state.clone() }, answer)
    }

    fn obey(&self, asked: &Asked<'_>, now: Situation) -> Decision {
        let Asked { command, unix, .. } = *asked;
        let before = &self.state;
        let (lock, outcome, pending) = match command.action {
            Action::Warn => {
                // An armed lock is superseded, and a standing one stays.
                let lock = if before.lock.inhibits() { before.lock } else { Lock::Unlocked };
                // An actuation of the immobiliser that failed stays pending.
                let pending = Pending { warn: Some(command.message.to_owned()), ..before.pending.clone() };
                (lock, Outcome::Applied, pending)
            }
            Action::Unlock => (Lock::Unlocked, Outcome::Applied, IMMOBILISE),
            Action::Lock => {
                let lease = asked.lock_end().map_or(Lease::ENDLESS, |end| Lease::over(unix..end));
                // A car that runs is never locked; a lock that stands is only renewed.
                if now.ignition == Ignition::Running && !before.lock.inhibits() {
                    (Lock::Armed { lease, window: asked.window() }, Outcome::Armed, IMMOBILISE)
                } else {
                    (Lock::Locked(lease), Outcome::Applied, IMMOBILISE)
                }
            }
        };
        let last = Obeyed {
            seq: command.seq,
            invocation: command.invocation,
            receipt: self.receipt(asked, outcome),
            lapsed: false,
        };
        let answer = Some(SignedReceipt::of(&last));
        let not_before = before.not_before.max(command.issued_at);
        Decision::remember(State { last: Some(last), lock, pending, not_before }, answer)
    }

    /// A signed refusal. It does not use up the sequence number, which may come again in a command that can be obeyed.
    fn refuse(&self, asked: &Asked<'_>, outcome: Outcome) -> Decision {
        let answer =
            SignedReceipt { invocation: asked.command.invocation, receipt: self.receipt(asked, outcome) };
        Decision { answer: Some(answer), ..Decision::default() }
    }

    fn receipt(&self, asked: &Asked<'_>, outcome: Outcome) -> Vec<u8> {
        let Asked { command, hash, unix } = *asked;
        self.sign(&Receipt {
            program: command.program,
            vehicle: command.vehicle,
            invocation: command.invocation,
            seq: command.seq,
            action: command.action,
            outcome,
            device_time: unix,
            command_hash: hash,
        })
    }

    /// The newest command obeyed, with a new receipt for what became of it since.
    fn resigned(&self, outcome: Outcome, device_time: i64) -> Option<Obeyed> {
        let last = self.state.last.as_ref()?;
        let stored = last.receipt.get(SEAL_LEN..).and_then(|payload| Receipt::decode(payload).ok())?;
        let receipt = self.sign(&Receipt { outcome, device_time, ..stored });
        Some(Obeyed { receipt, ..last.clone() })
    }

    fn sign(&self, receipt: &Receipt) -> Vec<u8> {
        Envelope::seal(&self.identity.device_key, &receipt.encode()).to_bytes()
    }

    /// The time: the wall clock, but never before what a signed command has proven.
    fn time(&self, clocks: Clocks) -> i64 {
        clocks.unix.max(self.state.not_before)
    }

    /// Takes the time since the last look off the lock's leases.
    fn count(&mut self, clocks: Clocks) {
        let passed = clocks.elapsed.saturating_sub(self.counted_to);
        self.counted_to = self.counted_to.max(clocks.elapsed);
        self.state.lock = self.state.lock.after(passed);
    }
}

/// The immobiliser is to be set; a warning that never sounded is superseded.
const IMMOBILISE: Pending = Pending { immobilise: true, warn: None };

fn pending_actuations(state: &State) -> Vec<Actuation> {
    let immobilise = state.pending.immobilise.then(|| Actuation::Immobilise(state.lock.inhibits()));
    let warn = state.pending.warn.clone().map(Actuation::Warn);
    immobilise.into_iter().chain(warn).collect()
}

/// A command for this car, by a key that may command it, at the time at which it is judged.
struct Asked<'a> {
    command: &'a Command<'a>,
    hash: Hash,
    /// The time, Unix seconds.
    unix: i64,
}

impl Asked<'_> {
    /// Whether the last second in which it may take effect is over.
    fn is_late(&self) -> bool {
        self.unix > self.command.not_after
    }

    /// How long it may still take effect.
    fn window(&self) -> Lease {
        Lease::over(self.unix..self.command.not_after.saturating_add(1))
    }

    /// When the lock that it asks for ends by itself, Unix seconds: `None` for a lock without an end, which has 0 on
    /// the wire, and for other actions.
    fn lock_end(&self) -> Option<i64> {
        let end = self.command.lock_until;
        (self.command.action == Action::Lock && end != 0).then_some(end)
    }
}
