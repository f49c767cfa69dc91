//! The keeper's decisions, pure: no I/O and no clock of its own.
//!
//! [`Core::apply`] takes what happened and returns what to do. It decides from the latest known state of the chain,
//! so that a restart and duplicate, reordered or missing events do not change the outcome.

mod call;
mod chain_state;
mod context;
mod deadlines;
mod duties;
mod event;
#[cfg(test)]
mod fixture;
mod operation;
mod policy;
mod retry_pauses;
mod submission;

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Action;
use latchkey_client::instructions::LoanKeys;

use call::{Call, CallEvent};
use chain_state::{ChainState, LoanView};
pub use chain_state::{RawAccount, Snapshot, Update};
use context::Context;
pub use event::{Effect, Event, FunctionReply, Verdict};
pub use operation::{Intent, Lane, Operation, Priority};
pub use policy::Policy;
use retry_pauses::RetryPauses;
use submission::Submissions;

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

/// What there is to do for one loan, and when to look at it again though nothing happens.
struct Decision {
    keys: LoanKeys,
    /// Invocations to call the function for, and how long each call may take, seconds.
    calls: Vec<(Pubkey, u64)>,
    operations: Vec<Operation>,
    deadline: Option<i64>,
}

/// The keeper's state: the chain as it knows it, and its own calls and transactions.
pub struct Core {
    setup: Setup,
    chain: ChainState,
    now: i64,
    next_deadline: Option<i64>,
    /// By vehicle.
    submissions: HashMap<Pubkey, Submissions>,
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
            Event::TransactionEnded { vehicle, lane, verdict } => {
                self.transaction_ended(vehicle, lane, verdict);
            }
            Event::FunctionReplied { invocation, reply } => self.function_replied(invocation, reply),
        }
        self.forget_closed();
        // Before the first clock nothing can be judged.
        if self.now == 0 { Vec::new() } else { self.decide() }
    }

    fn transaction_ended(&mut self, vehicle: Pubkey, lane: Lane, verdict: Verdict) {
        let (now, pauses) = (self.now, self.pauses);
        let submissions = self.submissions.get_mut(&vehicle);
        let done = submissions.and_then(|submissions| submissions.end(lane, verdict, now, pauses));
        if let Some(operation) = done {
            self.operation_succeeded(vehicle, &operation);
        }
    }

    fn function_replied(&mut self, invocation: Pubkey, reply: FunctionReply) {
        let action = self.chain.invocation(&invocation).map(|invocation| invocation.action);
        let is_final = matches!(reply, FunctionReply::Refused);
        self.change_call(invocation, CallEvent::Replied(reply));
        // There is no lease to give back, and the driver may still be waiting.
        if is_final && action == Some(Action::Unlock) {
            self.give_up(invocation);
        }
    }

    /// Ends the present attempt at a call.
    fn give_up(&mut self, invocation: Pubkey) {
        let action = self.chain.invocation(&invocation).map(|invocation| invocation.action);
        let longest_pause = policy::longest_pause_before_next_attempt(action);
        self.change_call(invocation, CallEvent::GivenUp { longest_pause });
    }

    /// Takes in what a transaction means for the call that it was about.
    fn operation_succeeded(&mut self, vehicle: Pubkey, operation: &Operation) {
        let Some(invocation) = operation.invocation(&vehicle) else { return };
        if !self.calls.contains_key(&invocation) {
            return;
        }
        match operation {
            Operation::Claim { .. } => self.change_call(invocation, CallEvent::LeaseTaken),
            Operation::Yield { .. } => self.give_up(invocation),
            _ => {}
        }
    }

    fn change_call(&mut self, invocation: Pubkey, event: CallEvent) {
        let before = self.calls.remove(&invocation).unwrap_or(Call::new(self.now));
        self.calls.insert(invocation, before.after(event, self.now, self.pauses));
    }

    /// Accounts that do not decode, each named once: they were written by another version of the program.
    pub fn take_unreadable(&mut self) -> Vec<Pubkey> {
        self.chain.take_unreadable()
    }

    /// Drops calls whose invocation has been closed.
    fn forget_closed(&mut self) {
        let chain = &self.chain;
        self.calls.retain(|key, call| call.is_running() || chain.invocation(key).is_some());
    }

    /// When the pauses after failures end.
    fn pause_ends(&self) -> impl Iterator<Item = i64> {
        let calls = self.calls.values().filter_map(Call::not_before);
        let submissions = self.submissions.values().flat_map(Submissions::pause_ends);
        calls.chain(submissions).filter(|at| *at > self.now)
    }

    /// Decides about every loan and finds the next deadline.
    fn decide(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let decisions: Vec<_> = self.chain.loans().map(|view| self.decide_loan(&view)).collect();
        let deadlines = decisions.iter().filter_map(|decision| decision.deadline);
        let deadline = deadlines.min();
        for Decision { keys, calls, operations, .. } in decisions {
            for (invocation, limit_secs) in calls {
                self.change_call(invocation, CallEvent::Started);
                effects.push(Effect::Invoke { invocation, now: self.now, limit_secs });
            }
            for operation in operations {
                self.submissions.entry(keys.vehicle).or_default().start(operation.clone());
                let intent = Intent { keys, keeper: self.setup.keeper, operation, due: None };
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
            submissions: self.submissions.get(&view.keys.vehicle),
        };
        // What the car needs comes first.
        let lanes = [Lane::Car, Lane::Money];
        Decision {
            keys: view.keys,
            calls: duties::calls_to_start(&context),
            operations: lanes.into_iter().filter_map(|lane| duties::next_operation(&context, lane)).collect(),
            deadline: deadlines::next(&context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixture::{KEEPER, LoanFixture, policy};

    fn core() -> Core {
        Core::new(Setup { keeper: KEEPER, policy: policy(), escrow_rent: 0, jitter: 7 })
    }

    fn calls(effects: &[Effect]) -> usize {
        effects.iter().filter(|effect| matches!(effect, Effect::Invoke { .. })).count()
    }

    fn names(effects: &[Effect]) -> Vec<&'static str> {
        let name = |effect: &Effect| match effect {
            Effect::Submit(intent) => Some(intent.operation.name()),
            Effect::Cancel { .. } | Effect::Watch { .. } | Effect::Invoke { .. } => None,
        };
        effects.iter().filter_map(name).collect()
    }

    #[test]
    fn a_frozen_treasury_keeps_no_unlock_away() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.lock();
        let vehicle = fixture.view().keys.vehicle;
        let mut core = core();
        core.apply(Event::Snapshot(fixture.snapshot(1)));
        let effects = core.apply(Event::Clock(1_060));
        assert_eq!(names(&effects), ["request_unlock", "collect"]);
        let failed = Event::TransactionEnded { vehicle, lane: Lane::Money, verdict: Verdict::Failed };
        assert_eq!(names(&core.apply(failed)), ["look"]);
        // The unlock is requested, and its call begins while the treasury still refuses.
        fixture.request(Action::Unlock, 1_060);
        core.apply(Event::Snapshot(fixture.snapshot(2)));
        let requested = Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Succeeded };
        core.apply(requested);
        let receipt = FunctionReply::Receipt(Box::new(fixture::receipt()));
        let replied = Event::FunctionReplied { invocation: fixture.invocations[0].0, reply: receipt };
        assert_eq!(names(&core.apply(replied)), ["confirm"]);
    }

    #[test]
    fn an_unlock_that_a_function_refuses_is_asked_of_it_again() {
        let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
        fixture.lock();
        fixture.request(Action::Unlock, 1_060);
        let invocation = fixture.invocations[0].0;
        let mut core = core();
        core.apply(Event::Snapshot(fixture.snapshot(1)));
        assert_eq!(calls(&core.apply(Event::Clock(1_060))), 1);
        assert_eq!(
            calls(&core.apply(Event::FunctionReplied { invocation, reply: FunctionReply::Refused })),
            0
        );
        let again: usize = (1_061..=1_520).map(|now| calls(&core.apply(Event::Clock(now)))).sum();
        assert_eq!(again, 1);
    }
}
