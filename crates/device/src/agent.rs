//! The rules of the car, pure. [`Agent::handle`] and [`Agent::tick`] say what to remember and what to do; the caller
//! remembers it durably first, tells the agent with [`Agent::commit`], does it, remembers that it is done, and only
//! then answers. Whatever instant the power goes, a restart finds what is left to do, and no receipt promises more than
//! the car has done.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::{Envelope, OpenError, sha256};
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
    /// To be done next.
    pub deed: Option<Deed>,
    /// To be published once the deed is done and remembered as done.
    pub answer: Option<Answer>,
}

/// Why a message was dropped without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// When the lease last shrank, on the elapsed clock. Not remembered: it means nothing after a restart.
    counted_to: u64,
    /// When the shrunken lease was last written, on the elapsed clock.
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
    }

    /// The state once the pending deed is done.
    pub fn done(&self) -> State {
        State { pending: None, ..self.state.clone() }
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
        let hash = sha256(&signed.payload);
        match &self.state.last {
            Some(last) if command.seq == last.seq => {
                return if command.invocation == last.invocation {
                    Ok(Step { deed: self.pending_deed(), ..answer(last.invocation, last.receipt.clone()) })
                } else {
                    Err(Ignored::OtherInvocation)
                };
            }
            Some(last) if command.seq < last.seq => {
                return Ok(self.refuse(&command, hash, Outcome::RefusedSuperseded, now));
            }
            _ => {}
        }
        let unix = self.time(now.clocks);
        let over = command.action == Action::Lock && command.lock_until != 0 && unix >= command.lock_until;
        if unix > command.not_after || over {
            return Ok(self.refuse(&command, hash, Outcome::RefusedExpired, now));
        }
        if command.action == Action::Lock && !now.may_lock {
            return Ok(self.refuse(&command, hash, Outcome::RefusedUnsafe, now));
        }
        Ok(self.obey(&command, hash, now))
    }

    /// Lets time pass: a lock whose lease is over ends, one that waited for the car to park begins, and a deed that
    /// failed is tried again.
    pub fn tick(&mut self, now: Situation) -> Step {
        self.shrink_lease(now.clocks);
        let lapsed = self.state.lock.lease().is_some_and(|lease| self.is_over(lease, now.clocks));
        if lapsed {
            self.saved_at = now.clocks.elapsed;
            let next =
                State { lock: Lock::Unlocked, pending: Some(Pending::Immobilise), ..self.state.clone() };
            return Step { remember: Some(next), deed: Some(Deed::Immobilise(false)), answer: None };
        }
        if let (Lock::Armed(lease), Ignition::Parked, true) = (self.state.lock, now.ignition, now.may_lock) {
            return self.lock_parked(lease, now);
        }
        if let Some(deed) = self.pending_deed() {
            return Step { deed: Some(deed), ..Step::default() };
        }
        let unsaved = now.clocks.elapsed.saturating_sub(self.saved_at) >= LEASE_SAVED_EVERY;
        if unsaved && self.state.lock.lease().is_some_and(|lease| lease.remaining.is_some()) {
            self.saved_at = now.clocks.elapsed;
            return Step { remember: Some(self.state.clone()), ..Step::default() };
        }
        Step::default()
    }

    /// The lock that waited for the car to park, and the receipt that says so.
    fn lock_parked(&self, lease: Lease, now: Situation) -> Step {
        let mut next =
            State { lock: Lock::Locked(lease), pending: Some(Pending::Immobilise), ..self.state.clone() };
        let mut answer = None;
        if let Some(last) = &mut next.last {
            let armed = Envelope::open(&last.receipt).ok();
            if let Some(armed) = armed.and_then(|signed| Receipt::decode(&signed.payload).ok()) {
                let device_time = self.time(now.clocks);
                last.receipt = self.sign(&Receipt { outcome: Outcome::Applied, device_time, ..armed });
                answer = Some(Answer { invocation: last.invocation, receipt: last.receipt.clone() });
            }
        }
        Step { remember: Some(next), deed: Some(Deed::Immobilise(true)), answer }
    }

    fn pending_deed(&self) -> Option<Deed> {
        self.state.pending.as_ref().map(|pending| match pending {
            Pending::Immobilise => Deed::Immobilise(self.state.lock.inhibits()),
            Pending::Warn(message) => Deed::Warn(message.clone()),
        })
    }

    fn obey(&mut self, command: &Command<'_>, hash: Hash, now: Situation) -> Step {
        let unix = self.time(now.clocks);
        self.counted_to = self.counted_to.max(now.clocks.elapsed);
        self.saved_at = now.clocks.elapsed;
        let (lock, outcome) = match command.action {
            Action::Warn => (self.state.lock, Outcome::Applied),
            Action::Unlock => (Lock::Unlocked, Outcome::Applied),
            Action::Lock => {
                let lease = lease_of(command, unix);
                match (now.ignition, self.state.lock) {
                    // A car that runs is never locked; a lock that stands is only renewed.
                    (Ignition::Running, Lock::Unlocked | Lock::Armed(_)) => {
                        (Lock::Armed(lease), Outcome::Armed)
                    }
                    _ => (Lock::Locked(lease), Outcome::Applied),
                }
            }
        };
        let (pending, deed) = match command.action {
            Action::Warn => {
                let message = command.message.to_owned();
                (Pending::Warn(message.clone()), Deed::Warn(message))
            }
            Action::Lock | Action::Unlock => (Pending::Immobilise, Deed::Immobilise(lock.inhibits())),
        };
        let receipt = self.receipt(command, hash, outcome, now);
        let next = State {
            last: Some(Obeyed {
                seq: command.seq,
                invocation: command.invocation,
                receipt: receipt.clone(),
                command_hash: hash,
            }),
            lock,
            pending: Some(pending),
            not_before: self.state.not_before.max(command.issued_at),
        };
        Step { remember: Some(next), deed: Some(deed), ..answer(command.invocation, receipt) }
    }

    /// A signed refusal. It uses up nothing: the same sequence number may come again in a command that can be obeyed.
    fn refuse(&self, command: &Command<'_>, hash: Hash, outcome: Outcome, now: Situation) -> Step {
        answer(command.invocation, self.receipt(command, hash, outcome, now))
    }

    fn receipt(&self, command: &Command<'_>, hash: Hash, outcome: Outcome, now: Situation) -> Vec<u8> {
        self.sign(&Receipt {
            program: command.program,
            vehicle: command.vehicle,
            invocation: command.invocation,
            seq: command.seq,
            action: command.action,
            outcome,
            device_time: self.time(now.clocks),
            command_hash: hash,
        })
    }

    fn sign(&self, receipt: &Receipt) -> Vec<u8> {
        Envelope::seal(&self.identity.device_key, &receipt.encode()).to_bytes()
    }

    /// The time: the wall clock, but never before what a signed command has proven.
    fn time(&self, clocks: Clocks) -> i64 {
        clocks.unix.max(self.state.not_before)
    }

    /// Takes the time since the last look off the lease.
    fn shrink_lease(&mut self, clocks: Clocks) {
        let passed = clocks.elapsed.saturating_sub(self.counted_to);
        self.counted_to = self.counted_to.max(clocks.elapsed);
        if let Some(lease) = self.state.lock.lease() {
            let remaining = lease.remaining.map(|remaining| remaining.saturating_sub(passed));
            self.state.lock = self.state.lock.with_lease(Lease { remaining, ..lease });
        }
    }

    fn is_over(&self, lease: Lease, clocks: Clocks) -> bool {
        lease.remaining == Some(0) || lease.until.is_some_and(|until| self.time(clocks) >= until)
    }
}

fn answer(invocation: Key, receipt: Vec<u8>) -> Step {
    Step { answer: Some(Answer { invocation, receipt }), ..Step::default() }
}

/// A lock lasts no longer than from its issue to its end, whatever the car's clock says.
fn lease_of(command: &Command<'_>, now: i64) -> Lease {
    if command.lock_until == 0 {
        return Lease::default();
    }
    let longest = command.lock_until.saturating_sub(command.issued_at);
    let left = command.lock_until.saturating_sub(now).min(longest);
    Lease { until: Some(command.lock_until), remaining: Some(u64::try_from(left).unwrap_or(0)) }
}
