//! The rules of the car, pure. [`Agent::handle`] and [`Agent::tick`] say what to remember and what to do; the caller
//! remembers it durably first, tells the agent with [`Agent::commit`], does it, remembers that it is done, and only
//! then answers. Whatever instant the power goes, a restart finds what is left to do, and no receipt promises more than
//! the car has done.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::{Envelope, OpenError, SEAL_LEN, sha256};
use latchkey_protocol::{Action, Command, DecodeError, Hash, Key, Outcome, Receipt};

use crate::car::Ignition;
use crate::clock::Clocks;
use crate::state::{Lease, Lock, Obeyed, Pending, State};

/// Whose commands a car obeys, and as whom it answers.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The program whose commands these are.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// Signs receipts.
    pub device_key: SigningKey,
    /// Whose commands count, and for what.
    pub keyring: Vec<Trusted>,
}

/// A command key and what it may command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The ed25519 key.
    pub key: Key,
    /// The actions it may command.
    pub actions: Vec<Action>,
}

/// What the car is doing at the moment a command or a tick arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The time.
    pub clocks: Clocks,
    /// Whether it runs.
    pub ignition: Ignition,
    /// Whether it may be locked at all now: `false` where the car knows it would be unsafe.
    pub may_lock: bool,
}

/// A deed of the car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Inhibit or allow the next start.
    Immobilise(bool),
    /// Sound the warning and show this.
    Warn(String),
}

/// A signed receipt to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The invocation it answers.
    pub invocation: Key,
    /// The receipt, as it travels.
    pub receipt: Vec<u8>,
}

/// What a command or a tick comes to, in the order in which it must happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// To be remembered durably before anything is done.
    pub remember: Option<State>,
    /// To be done next, in this order.
    pub deeds: Vec<Deed>,
    /// To be published once the deeds are done and remembered as done.
    pub answer: Option<Answer>,
}

impl Answer {
    fn of(last: &Obeyed) -> Self {
        Self { invocation: last.invocation, receipt: last.receipt.clone() }
    }
}

/// Why a message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// Not signed, or not by who it says.
    #[error("not a signed message")]
    Unsigned(#[source] OpenError),
    /// Signed, but not a command.
    #[error("not a command")]
    NotACommand(#[source] DecodeError),
    /// Signed by a key that may not command this.
    #[error("signed by a key that may not command this car to do this")]
    Untrusted,
    /// For another program.
    #[error("for another program")]
    OtherProgram,
    /// For another car.
    #[error("for another vehicle")]
    OtherVehicle,
    /// The sequence number of another invocation.
    #[error("its sequence number belongs to another invocation")]
    OtherInvocation,
}

/// While a lock stands, its shrinking lease is written to disk this often, seconds. A power cut gives the lock back no
/// more than this.
const LEASE_SAVED_EVERY: u64 = 60;

/// The agent.
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

    /// What it remembers.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What brings the car to the remembered state after a restart, to be done before any command is heard.
    pub fn resume(&self) -> Deed {
        Deed::Immobilise(self.state.lock.inhibits())
    }

    /// Takes a state that is now safe on disk as its own.
    pub fn commit(&mut self, state: State) {
        self.state = state;
        self.saved_at = self.counted_to;
    }

    /// The state once the pending deeds are done.
    pub fn done(&self) -> State {
        State { pending: Pending::default(), ..self.state.clone() }
    }

    /// The receipt of the newest command obeyed, if all it promises is done. Worth repeating on every new connection:
    /// the one before may have been lost.
    pub fn latest(&self) -> Option<Answer> {
        self.state.last.as_ref().filter(|_| self.state.pending.is_empty()).map(Answer::of)
    }

    /// Decides on a message that arrived as a command.
    pub fn handle(&mut self, message: &[u8], now: Situation) -> Result<Step, Ignored> {
        let signed = Envelope::open(message).map_err(Ignored::Unsigned)?;
        let command = Command::decode(&signed.payload).map_err(Ignored::NotACommand)?;
        let trusted =
            |trusted: &Trusted| trusted.key == signed.signer && trusted.actions.contains(&command.action);
        if !self.identity.keyring.iter().any(trusted) {
            return Err(Ignored::Untrusted);
        }
        if command.program != self.identity.program {
            return Err(Ignored::OtherProgram);
        }
        if command.vehicle != self.identity.vehicle {
            return Err(Ignored::OtherVehicle);
        }
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
        let over =
            command.action == Action::Lock && command.lock_until != 0 && asked.unix >= command.lock_until;
        if asked.is_late() || over {
            return Ok(self.refuse(&asked, Outcome::RefusedExpired));
        }
        if command.action == Action::Lock && !now.may_lock {
            return Ok(self.refuse(&asked, Outcome::RefusedUnsafe));
        }
        Ok(self.obey(&asked, now))
    }

    /// Lets time pass: a lock whose lease is over ends, one that waited for the car to park begins or lapses, and
    /// deeds that failed are tried again.
    pub fn tick(&mut self, now: Situation) -> Step {
        self.count(now.clocks);
        let unix = self.time(now.clocks);
        match self.state.lock {
            Lock::Locked(lease) if lease.is_over(unix) => {
                let pending = Pending { immobilise: true, ..self.state.pending.clone() };
                return step(State { lock: Lock::Unlocked, pending, ..self.state.clone() }, None);
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
            let answer = self.state.last.as_ref().map(Answer::of);
            return Step { remember: None, deeds: deeds(&self.state), answer };
        }
        let unsaved = now.clocks.elapsed.saturating_sub(self.saved_at) >= LEASE_SAVED_EVERY;
        if unsaved && self.state.lock.is_running_out() {
            return step(self.state.clone(), None);
        }
        Step::default()
    }

    /// The command already obeyed, come again: the stored receipt answers it. One with more time, from the next lease
    /// of the same invocation, keeps an armed lock waiting longer.
    fn repeat(&self, last: &Obeyed, asked: &Asked<'_>) -> Step {
        let answer = Some(Answer::of(last));
        if let (Lock::Armed { lease, window }, Action::Lock, false) =
            (self.state.lock, asked.command.action, asked.is_late())
        {
            let longer = asked.window();
            if longer.until > window.until {
                let lock = Lock::Armed { lease, window: longer };
                return step(State { lock, ..self.state.clone() }, answer);
            }
        }
        Step { remember: None, deeds: deeds(&self.state), answer }
    }

    /// The lock that waited for the car to park, and the receipt that says so.
    fn lock_parked(&self, lease: Lease, unix: i64) -> Step {
        let last = self.resigned(Outcome::Applied, unix);
        let answer = last.as_ref().map(Answer::of);
        let pending = Pending { immobilise: true, ..self.state.pending.clone() };
        step(State { last, lock: Lock::Locked(lease), pending, ..self.state.clone() }, answer)
    }

    /// The lock that waited for the car to park until its time was over: it will not happen.
    fn lapse(&self, unix: i64) -> Step {
        let last = self.resigned(Outcome::RefusedExpired, unix).map(|last| Obeyed { lapsed: true, ..last });
        let answer = last.as_ref().map(Answer::of);
        step(State { last, lock: Lock::Unlocked, ..self.state.clone() }, answer)
    }

    fn obey(&self, asked: &Asked<'_>, now: Situation) -> Step {
        let Asked { command, unix, .. } = *asked;
        let before = &self.state;
        let (lock, outcome, pending) = match command.action {
            Action::Warn => {
                // The armed lock is superseded, as its receipt says from now on. A standing one stays.
                let lock = if before.lock.inhibits() { before.lock } else { Lock::Unlocked };
                // An immobiliser that has not obeyed yet is not forgotten over a warning.
                let pending = Pending { warn: Some(command.message.to_owned()), ..before.pending.clone() };
                (lock, Outcome::Applied, pending)
            }
            Action::Unlock => (Lock::Unlocked, Outcome::Applied, IMMOBILISE),
            Action::Lock => {
                let lease = match command.lock_until {
                    0 => Lease::default(),
                    until => Lease::between(unix, until),
                };
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
        let answer = Some(Answer::of(&last));
        let not_before = before.not_before.max(command.issued_at);
        step(State { last: Some(last), lock, pending, not_before }, answer)
    }

    /// A signed refusal. It uses up nothing: the same sequence number may come again in a command that can be obeyed.
    fn refuse(&self, asked: &Asked<'_>, outcome: Outcome) -> Step {
        let answer = Answer { invocation: asked.command.invocation, receipt: self.receipt(asked, outcome) };
        Step { answer: Some(answer), ..Step::default() }
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

    /// The newest command obeyed, its receipt signed anew with what became of it since.
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

/// To remember `next`, do what it leaves to be done, and answer.
fn step(next: State, answer: Option<Answer>) -> Step {
    Step { deeds: deeds(&next), remember: Some(next), answer }
}

/// What `state` leaves to be done.
fn deeds(state: &State) -> Vec<Deed> {
    let immobilise = state.pending.immobilise.then(|| Deed::Immobilise(state.lock.inhibits()));
    let warn = state.pending.warn.clone().map(Deed::Warn);
    immobilise.into_iter().chain(warn).collect()
}

/// A command that was taken for what it is, at the time it was.
struct Asked<'a> {
    command: &'a Command<'a>,
    hash: Hash,
    /// The time, Unix seconds.
    unix: i64,
}

impl Asked<'_> {
    /// Whether its last second is over.
    fn is_late(&self) -> bool {
        self.unix > self.command.not_after
    }

    /// How long it may still take effect.
    fn window(&self) -> Lease {
        Lease::between(self.unix, self.command.not_after.saturating_add(1))
    }
}
