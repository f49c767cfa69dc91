//! What there is to do for one loan, and when to look at it again though nothing happens.

use anchor_lang::prelude::Pubkey;
use latchkey::state::LoanStatus;

use super::backlog::Due;
use super::context::Context;
use super::deadlines;
use super::duties;
use super::event::{Alarm, Effect};
use super::function_call::{FunctionCall, ReleaseCall};
use super::operation::{Lane, Operation, Priority};
use super::policy::{LAPSE_LEAD, RELEASE_CALL_SECS, WATCH_LEAD};
use super::report;
use super::submission::Turn;

/// What there is to do for one loan.
pub(super) struct Decision {
    /// Calls of functions to start: the invocation, or the loan whose car is released, and the effect.
    pub calls: Vec<(Pubkey, Effect)>,
    /// Transactions to send.
    pub submissions: Vec<Submission>,
    /// Lanes whose transaction is no longer wanted.
    pub cancels: Vec<Lane>,
    /// What is left to other keepers for a moment.
    pub turns: Vec<Turn>,
    /// Leases that lapsed: the invocation, when, and what to say.
    pub lapsed: Vec<(Pubkey, i64, Alarm)>,
    /// What is due, one for each lane at most, whether it is sent or not.
    pub due: Vec<Due>,
    /// Whether its car may be locked though an unlock is due.
    pub is_locked_though_cured: bool,
    /// Whether its wallet's changes are wanted at once.
    pub watches: bool,
    /// When to look at it again.
    pub deadline: Option<i64>,
}

/// A transaction to send.
pub(super) struct Submission {
    pub operation: Operation,
    /// What it was decided on.
    pub basis: u64,
    /// It is not to be executed before.
    pub due: Option<i64>,
}

/// Decides about one loan.
pub(super) fn decide(context: &Context<'_>) -> Decision {
    let now = context.at.now;
    let mut decision = Decision {
        calls: calls(context),
        submissions: Vec::new(),
        cancels: Vec::new(),
        turns: Vec::new(),
        lapsed: lapsed(context),
        due: Vec::new(),
        is_locked_though_cured: report::is_locked_though_cured(context),
        watches: watches(context),
        deadline: deadlines::next(context),
    };
    for lane in Lane::ALL {
        match context.submissions.and_then(|submissions| submissions.in_lane(lane)) {
            Some(under_way) => {
                let at = under_way.due.unwrap_or(now).max(now);
                // One that is prepared for its second is not due before.
                if at == now {
                    decision.due.push(due(context, &under_way.operation));
                }
                if !under_way.is_cancelled && !is_wanted(context, &under_way.operation, at) {
                    decision.cancels.push(lane);
                }
            }
            None => decision.next(context, lane),
        }
    }
    decision.submissions.sort_by_key(|submission| submission.operation.priority());
    decision
}

impl Decision {
    /// Finds the next transaction of a lane that is free: the most urgent whose turn has come.
    fn next(&mut self, context: &Context<'_>, lane: Lane) {
        let now = context.at.now;
        let turns = self.turns.len();
        let before = self.due.len();
        for operation in duties::wanted(context, lane) {
            if self.due.len() == before {
                self.due.push(due(context, &operation));
            }
            if !context.is_rested(&operation) {
                continue;
            }
            let delay = context.delay(&operation);
            if delay > 0 {
                let (name, number) = (operation.name(), context.number(&operation));
                let waits_since =
                    context.submissions.and_then(|submissions| submissions.waits_since(name, number));
                let since = waits_since.unwrap_or(now);
                self.turns.push(Turn { name, number, since });
                if now < since + delay {
                    self.look_again_at(since + delay);
                    continue;
                }
            }
            // What this lane has left to others is waited for again when it is free again.
            self.turns.truncate(turns);
            let basis = context.basis(&operation);
            self.submissions.push(Submission { operation, basis, due: None });
            return;
        }
        if lane == Lane::Car && self.turns.len() == turns {
            self.prepare_lapse(context);
        }
    }

    /// The next lapse is prepared shortly before its second.
    fn prepare_lapse(&mut self, context: &Context<'_>) {
        // Nothing lapses before something is past due, and every grace is a second at least.
        let (Some(at), Ok(Some(_))) = (self.deadline, context.at.oldest_unpaid_due()) else { return };
        let then = context.moved_to(at);
        let Some(operation) = duties::due(&then, Lane::Car).next() else { return };
        // One that only pauses after a failure is not prepared for the end of its pause.
        let waits = then.delay(&operation) > 0 || !context.is_rested(&operation);
        if operation.priority() != Priority::Lock || waits {
            return;
        }
        if context.at.now >= at - LAPSE_LEAD {
            let basis = context.basis(&operation);
            self.submissions.push(Submission { operation, basis, due: Some(at) });
        } else {
            self.look_again_at(at - LAPSE_LEAD);
        }
    }

    fn look_again_at(&mut self, at: i64) {
        self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.min(at)));
    }
}

fn due(context: &Context<'_>, operation: &Operation) -> Due {
    Due { name: operation.name(), number: context.number(operation) }
}

/// Whether a transaction that has not ended is still to be sent at `due`. Only locks and warnings are called back: the rest
/// does no harm. One that the chain shows to be done has landed, and its end is about to be heard of.
fn is_wanted(context: &Context<'_>, operation: &Operation, due: i64) -> bool {
    if !matches!(operation.priority(), Priority::Lock | Priority::Warn) || is_done(context, operation) {
        return true;
    }
    let gives_way = |other: Operation| {
        let comes_first = other.priority() < operation.priority() && context.delay(&other) == 0;
        comes_first && !(context.locks_are_stopped && other.is_lock())
    };
    if duties::due(context, Lane::Car).any(gives_way) {
        return false;
    }
    duties::due(&context.moved_to(due), Lane::Car).any(|other| other == *operation)
}

fn is_done(context: &Context<'_>, operation: &Operation) -> bool {
    let view = context.view;
    match operation {
        Operation::Request { seq, .. } | Operation::DeclareDefaultAndLock { seq } => {
            view.vehicle.last_seq_asked >= *seq
        }
        Operation::Claim { seq, .. } => {
            let mut calls = view.invocations.iter();
            let call = calls.find(|(_, invocation)| invocation.seq == *seq);
            call.is_none_or(|(_, invocation)| invocation.claim_keeper == context.keeper)
        }
        Operation::DeclareDefault => view.loan.status != LoanStatus::Active,
        _ => false,
    }
}

fn calls(context: &Context<'_>) -> Vec<(Pubkey, Effect)> {
    let view = context.view;
    let invoke = |(key, limit_secs)| {
        let at = view.invocations.iter().position(|(found, _)| *found == key)?;
        let (invocation, slot) = (view.invocations[at].1, view.call_slots.get(at).copied().unwrap_or(0));
        let call = FunctionCall::new(view, (key, invocation), slot, context.at.now, limit_secs);
        Some((key, Effect::Invoke(Box::new(call))))
    };
    let release = duties::release::is_due(context).then(|| {
        let call = ReleaseCall::new(view, RELEASE_CALL_SECS);
        (view.loan_key, Effect::Release(Box::new(call)))
    });
    duties::calls_to_start(context).into_iter().filter_map(invoke).chain(release).collect()
}

fn lapsed(context: &Context<'_>) -> Vec<(Pubkey, i64, Alarm)> {
    let vehicle = context.view.vehicle_key();
    let alarm = |(key, seq, lease_end, bond)| (key, lease_end, Alarm::LeaseLapsed { vehicle, seq, bond });
    duties::lapsed_leases(context).into_iter().map(alarm).collect()
}

/// Whether a payment would change what happens to the car soon: something is past due or will be, or the car may be locked.
fn watches(context: &Context<'_>) -> bool {
    let at = &context.at;
    if !at.loan.status.is_open() {
        return false;
    }
    let is_past_due = !matches!(at.oldest_unpaid_due(), Ok(None));
    let falls_due = deadlines::next_due(context).is_some_and(|due| at.now >= due - WATCH_LEAD);
    is_past_due || falls_due || context.view.vehicle.lock_asked().is_some()
}
