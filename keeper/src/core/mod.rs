//! The keeper's decisions, pure: no I/O and no clock of its own.
//!
//! [`Core::apply`] takes what happened and returns what to do. It decides from the latest known state of the chain,
//! so that a restart and duplicate, reordered or missing events do not change the outcome.

mod call;
mod chain_state;
mod context;
mod deadlines;
mod duties;
#[cfg(test)]
mod fixture;
mod operation;
mod policy;
mod retry_pauses;
mod submission;

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey_client::instructions::LoanKeys;
use latchkey_client::protocol::sealed::Envelope;

use call::{Call, CallEvent};
use chain_state::{ChainState, LoanView};
pub use chain_state::{RawAccount, Snapshot, Update};
use context::Context;
pub use operation::{Intent, Operation};
pub use policy::Policy;
use retry_pauses::RetryPauses;
use submission::Submission;

/// Something that happened.
pub enum Event {
    /// Every account of the program, as of one slot.
    Snapshot(Snapshot),
    /// Some accounts, as of one slot.
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

/// Something for the caller to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send a transaction, then report [`Event::TransactionEnded`].
    Submit(Box<Intent>),
    /// Call the function, then report [`Event::FunctionReplied`].
    Invoke {
        invocation: Pubkey,
        /// The chain's time, which the signed call carries.
        now: i64,
        /// How long the call may take, seconds: until the lease is given back.
        limit_secs: u64,
    },
}

/// What a core is made with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The keeper's address.
    pub keeper: Pubkey,
    /// What it works for.
    pub policy: Policy,
    /// Rent of an escrow account, lamports: what the account holds above it is available.
    pub escrow_rent: u64,
    /// Any random number: it spreads the pauses of several keepers.
    pub jitter: u64,
}

/// What there is to do for one loan, and when to look at it again though nothing happens.
struct Decision {
    keys: LoanKeys,
    /// Invocations to call the function for, and how long each call may take, seconds.
    calls: Vec<(Pubkey, u64)>,
    operation: Option<Operation>,
    deadline: Option<i64>,
}

/// The keeper's state: the chain as it knows it, and its own calls and transactions.
pub struct Core {
    setup: Setup,
    chain: ChainState,
    now: i64,
    next_deadline: Option<i64>,
    /// By vehicle.
    submissions: HashMap<Pubkey, Submission>,
    /// By invocation.
    calls: HashMap<Pubkey, Call>,
    pauses: RetryPauses,
}

impl Core {
    /// A core that knows nothing of the chain yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            pauses: RetryPauses { jitter: setup.jitter },
            setup,
            chain: ChainState::default(),
            now: 0,
            next_deadline: None,
            submissions: HashMap::new(),
            calls: HashMap::new(),
        }
    }

    /// Takes in what happened and returns what to do.
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
            Event::FunctionReplied { invocation, reply } => {
                self.change_call(invocation, CallEvent::Replied(reply));
            }
        }
        self.forget_closed();
        // Before the first clock nothing can be judged.
        if self.now == 0 { Vec::new() } else { self.decide() }
    }

    fn transaction_ended(&mut self, vehicle: Pubkey, succeeded: bool) {
        let submission = self.submissions.remove(&vehicle);
        if !succeeded {
            let failed = Submission::failed(submission, self.now, self.pauses);
            self.submissions.insert(vehicle, failed);
        } else if let Some(Submission::UnderWay { operation, .. }) = submission {
            self.operation_succeeded(vehicle, &operation);
        }
    }

    /// Takes in what a transaction means for the call that it was about.
    fn operation_succeeded(&mut self, vehicle: Pubkey, operation: &Operation) {
        let Some(invocation) = operation.invocation(&vehicle) else { return };
        let event = match operation {
            Operation::Claim { .. } => CallEvent::LeaseTaken,
            Operation::Yield { .. } => {
                let action = self.chain.invocation(&invocation).map(|invocation| invocation.action);
                CallEvent::LeaseReturned { longest_pause: policy::longest_pause_before_claim(action) }
            }
            _ => return,
        };
        if self.calls.contains_key(&invocation) {
            self.change_call(invocation, event);
        }
    }

    fn change_call(&mut self, invocation: Pubkey, event: CallEvent) {
        let before = self.calls.remove(&invocation).unwrap_or(Call::new(self.now));
        self.calls.insert(invocation, before.after(event, self.now, self.pauses));
    }

    /// Drops calls whose invocation has been closed.
    fn forget_closed(&mut self) {
        let chain = &self.chain;
        self.calls.retain(|key, call| call.is_running() || chain.invocation(key).is_some());
    }

    /// When the pauses after failures end.
    fn pause_ends(&self) -> impl Iterator<Item = i64> {
        let calls = self.calls.values().filter_map(Call::not_before);
        let submissions = self.submissions.values().filter_map(Submission::not_before);
        calls.chain(submissions).filter(|at| *at > self.now)
    }

    /// Decides about every loan and finds the next deadline.
    fn decide(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let decisions: Vec<_> = self.chain.loans().map(|view| self.decide_loan(&view)).collect();
        let deadlines = decisions.iter().filter_map(|decision| decision.deadline);
        let deadline = deadlines.min();
        for Decision { keys, calls, operation, .. } in decisions {
            for (invocation, limit_secs) in calls {
                self.change_call(invocation, CallEvent::Started);
                effects.push(Effect::Invoke { invocation, now: self.now, limit_secs });
            }
            if let Some(operation) = operation {
                let before = self.submissions.remove(&keys.vehicle);
                self.submissions.insert(keys.vehicle, Submission::started(before, operation.clone()));
                let intent = Intent { keys, keeper: self.setup.keeper, operation };
                effects.push(Effect::Submit(Box::new(intent)));
            }
        }
        self.next_deadline = deadline.into_iter().chain(self.pause_ends()).min();
        effects
    }

    fn decide_loan(&self, view: &LoanView<'_>) -> Decision {
        let context = Context {
            view,
            at: view.at(self.now),
            keeper: self.setup.keeper,
            policy: &self.setup.policy,
            escrow_rent: self.setup.escrow_rent,
            calls: &self.calls,
        };
        let submission = self.submissions.get(&view.keys.vehicle);
        let may_submit = submission.is_none_or(|submission| submission.may_start(self.now));
        Decision {
            keys: view.keys,
            calls: duties::calls_to_start(&context),
            operation: if may_submit { duties::next_operation(&context) } else { None },
            deadline: deadlines::next(&context),
        }
    }
}
