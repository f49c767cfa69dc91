//! The keeper's decisions, pure: no I/O and no clock of its own.
//!
//! [`Core::apply`] takes what happened and returns what to do. It decides from the latest known state of the chain
//! alone, so that a crash, a duplicate, a reordering or a gap of events changes nothing about where it ends up.

mod chain_state;
mod deadlines;
mod decide;
#[cfg(test)]
mod fixture;
mod operation;

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use latchkey_client::protocol::sealed::Envelope;

use chain_state::ChainState;
pub use chain_state::{RawAccount, Snapshot, Update};
pub use decide::Policy;
pub use operation::{Intent, Operation};

/// Something that happened.
pub enum Event {
    /// Everything there is on chain, as of one slot.
    Snapshot(Snapshot),
    /// A part of it, as of some slot.
    Update(Update),
    /// The Clock sysvar's time.
    Clock(i64),
    /// It is known whether a transaction landed, and the accounts that it touched have been read again since.
    TransactionEnded {
        /// The vehicle that it was about.
        vehicle: Pubkey,
        /// Whether it landed and succeeded.
        succeeded: bool,
    },
    /// A call of a car function ended.
    FunctionReplied {
        /// The invocation that was to be fulfilled.
        invocation: Pubkey,
        /// How the call ended.
        reply: FunctionReply,
    },
}

/// How a call of a car function ended.
#[derive(Clone, Debug)]
pub enum FunctionReply {
    /// The car did what was asked and signed this receipt.
    Receipt(Box<Envelope>),
    /// The car has not done it yet, or could not be reached: call again later.
    Retry,
    /// The function will not do it under the present lease.
    Refused,
}

/// Something to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send a transaction, then report [`Event::TransactionEnded`].
    Submit(Box<Intent>),
    /// Call the function, then report [`Event::FunctionReplied`].
    Invoke {
        /// The invocation.
        invocation: Pubkey,
        /// Chain time, which the signed call carries.
        now: i64,
        /// How long the call may take, seconds: after that the lease is about to be given back.
        limit_secs: u64,
    },
}

/// What the keeper knows beyond the chain's own state.
#[derive(Default)]
struct Work {
    /// The function is being called.
    calling: bool,
    /// A receipt to settle with.
    proof: Option<Box<Envelope>>,
    /// The function refused for good under the present lease.
    refused: bool,
    /// Calls that brought nothing, for the backoff.
    attempts: u32,
    /// Not to be called or claimed again before, chain time.
    not_before: i64,
}

/// Transactions that failed for a vehicle, for the backoff.
#[derive(Default)]
struct Trouble {
    failures: u32,
    not_before: i64,
}

/// The keeper's mind.
pub struct Core {
    me: Pubkey,
    policy: Policy,
    chain: ChainState,
    now: i64,
    next_deadline: Option<i64>,
    /// Vehicles with a transaction under way: one at a time each.
    submitting: HashMap<Pubkey, Intent>,
    work: HashMap<Pubkey, Work>,
    trouble: HashMap<Pubkey, Trouble>,
    /// Spreads the backoffs of several keepers; from the caller, so that the core stays deterministic.
    jitter: u64,
}

/// The longest pause after a failed transaction, or a call that brought nothing, seconds.
const LONGEST_BACKOFF: i64 = 60;
/// The longest pause before a lease that was given back is taken again, seconds: each attempt costs two transactions,
/// and a car can be out of reach for weeks. A driver who waits for an unlock waits less.
const LONGEST_UNTIL_RECLAIM: i64 = 3_600;
const LONGEST_UNTIL_UNLOCK: i64 = 300;

impl Core {
    /// A core that acts as keeper `me`. `jitter` is any random number.
    pub fn new(me: Pubkey, policy: Policy, jitter: u64) -> Self {
        Self {
            me,
            policy,
            chain: ChainState::default(),
            now: 0,
            next_deadline: None,
            submitting: HashMap::new(),
            work: HashMap::new(),
            trouble: HashMap::new(),
            jitter,
        }
    }

    /// The next moment at which there may be something to do without anything happening before.
    fn find_deadline(&self) -> Option<i64> {
        self.chain.loans().filter_map(|view| deadlines::next(&view, self.now)).chain(self.retries()).min()
    }

    fn retries(&self) -> impl Iterator<Item = i64> {
        let work = self.work.values().map(|work| work.not_before);
        work.chain(self.trouble.values().map(|trouble| trouble.not_before)).filter(|at| *at > self.now)
    }

    /// Takes in what happened and says what to do.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Snapshot(snapshot) => self.chain.replace(snapshot),
            Event::Update(update) => self.chain.update(update),
            Event::Clock(unix) => {
                let first = self.now == 0;
                // A node that lags must not turn time back.
                self.now = self.now.max(unix);
                // Time alone changes nothing between deadlines.
                if !first && self.next_deadline.is_none_or(|deadline| self.now < deadline) {
                    return Vec::new();
                }
            }
            Event::TransactionEnded { vehicle, succeeded } => self.transaction_ended(vehicle, succeeded),
            Event::FunctionReplied { invocation, reply } => self.replied(invocation, reply),
        }
        self.forget_the_gone();
        let effects = self.decide();
        self.next_deadline = self.find_deadline();
        effects
    }

    fn transaction_ended(&mut self, vehicle: Pubkey, succeeded: bool) {
        let intent = self.submitting.remove(&vehicle);
        if succeeded {
            self.trouble.remove(&vehicle);
            // A new lease is a new start; a lease given back is a reason to wait.
            if let Some(Intent { operation, .. }) = intent {
                let waits = matches!(operation, Operation::Yield { .. });
                let renewed = matches!(operation, Operation::Claim { .. });
                let key = operation.invocation(&vehicle);
                let unlocks = key.and_then(|key| self.chain.invocation(&key)).map(|it| it.action)
                    == Some(Action::Unlock);
                if let Some(work) = key.and_then(|key| self.work.get_mut(&key)) {
                    work.refused = false;
                    if waits {
                        let longest = if unlocks { LONGEST_UNTIL_UNLOCK } else { LONGEST_UNTIL_RECLAIM };
                        work.not_before = self.now + backoff(work.attempts, longest, self.jitter);
                    } else if renewed {
                        work.not_before = 0;
                    }
                }
            }
        } else {
            let trouble = self.trouble.entry(vehicle).or_default();
            trouble.failures = trouble.failures.saturating_add(1);
            trouble.not_before = self.now + backoff(trouble.failures, LONGEST_BACKOFF, self.jitter);
        }
    }

    fn replied(&mut self, invocation: Pubkey, reply: FunctionReply) {
        let work = self.work.entry(invocation).or_default();
        work.calling = false;
        match reply {
            FunctionReply::Receipt(proof) => work.proof = Some(proof),
            FunctionReply::Retry => {
                work.attempts = work.attempts.saturating_add(1);
                work.not_before = self.now + backoff(work.attempts, LONGEST_BACKOFF, self.jitter);
            }
            FunctionReply::Refused => {
                work.attempts = work.attempts.saturating_add(1);
                work.refused = true;
            }
        }
    }

    /// Work on an invocation that no longer exists is over.
    fn forget_the_gone(&mut self) {
        let chain = &self.chain;
        self.work.retain(|key, work| work.calling || chain.invocation(key).is_some());
    }

    fn decide(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.now == 0 {
            return effects;
        }
        for view in self.chain.loans() {
            let vehicle = view.keys.vehicle;
            for (invocation, limit_secs) in decide::calls(&view, self.me, self.now, &self.work) {
                self.work.entry(invocation).or_default().calling = true;
                effects.push(Effect::Invoke { invocation, now: self.now, limit_secs });
            }
            let troubled = self.trouble.get(&vehicle).is_some_and(|trouble| self.now < trouble.not_before);
            if troubled || self.submitting.contains_key(&vehicle) {
                continue;
            }
            if let Some(operation) =
                decide::next_operation(&view, self.me, self.now, &self.policy, &self.work)
            {
                let intent = Intent { keys: view.keys, keeper: self.me, operation };
                self.submitting.insert(vehicle, intent.clone());
                effects.push(Effect::Submit(Box::new(intent)));
            }
        }
        effects
    }
}

/// Doubles from 1 s to `longest`, plus up to half of it again, so that keepers do not move in step.
fn backoff(attempts: u32, longest: i64, jitter: u64) -> i64 {
    let base = 1_i64.checked_shl(attempts.min(32)).unwrap_or(longest).min(longest);
    let spread = u64::try_from(base / 2 + 1).unwrap_or(1);
    // Knuth's multiplicative hash: a different spread each time from one number.
    let mixed = (jitter ^ u64::from(attempts)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    base + i64::try_from(mixed % spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::backoff;

    #[test]
    fn pauses_double_up_to_the_longest_and_half_of_it_again() {
        for (attempts, base) in [(0, 1), (1, 2), (5, 32), (6, 60), (7, 60), (u32::MAX, 60)] {
            for jitter in 0..100 {
                let pause = backoff(attempts, 60, jitter);
                assert!((base..=base + base / 2).contains(&pause), "{pause} after {attempts}");
            }
        }
    }

    #[test]
    fn keepers_do_not_move_in_step() {
        let distinct: std::collections::HashSet<_> = (0..100).map(|jitter| backoff(6, 60, jitter)).collect();
        assert!(distinct.len() > 10, "{distinct:?}");
    }
}
