//! Close calls that are over, and give back leases that are of no more use.

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{
    check_expire, check_still_due, check_yield, is_beyond_proof, is_newest, is_over,
};
use latchkey::state::{Action, Invocation};

use super::Duty;
use super::confirm::is_paid_to_keeper;
use crate::core::call::Call;
use crate::core::context::Context;
use crate::core::operation::Operation;
use crate::core::policy::{Signers, UNLOCK_CALL_SECS, yield_margin};

pub(super) struct OpenCalls;

impl Duty for OpenCalls {
    fn is_finishing(&self) -> bool {
        true
    }

    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let due = |(key, invocation): &(Pubkey, &Invocation)| {
            operation(context, key, invocation).filter(|operation| context.is_rested(operation))
        };
        context.view.invocations.iter().find_map(due)
    }

    fn deadline(&self, context: &Context<'_>) -> Option<i64> {
        let invocations = context.view.invocations.iter();
        let yields = invocations.filter_map(|(_, invocation)| yield_at(invocation));
        yields.filter(|at| *at > context.at.now).min()
    }
}

fn operation(context: &Context<'_>, key: &Pubkey, invocation: &Invocation) -> Option<Operation> {
    let Context { view, at, keeper, calls, .. } = context;
    let (seq, rent_payer) = (invocation.seq, invocation.rent_payer);
    let call = calls.get(key);
    let is_proven = call.is_some_and(|call| matches!(call, Call::Proven { .. }));
    if call.is_some_and(Call::is_running) || is_proven && is_paid_to_keeper(context, invocation) {
        return None;
    }
    if !context.is_stopping && check_expire(invocation, &view.vehicle, at.now).is_ok() {
        let returned = invocation.claim().filter(|_| is_beyond_proof(invocation, &view.vehicle));
        return Some(Operation::Expire { seq, rent_payer, keeper: returned.map(|claim| claim.keeper) });
    }
    check_yield(invocation, &view.vehicle, *keeper, at.now).ok()?;
    let refused = matches!(call, Some(Call::Refused { .. }));
    (context.is_stopping || refused || should_yield(context, invocation)).then_some(Operation::Yield { seq })
}

/// Leases of this keeper that lapsed before the call was done: what the call was, and the bond that is lost.
pub(in crate::core) fn lapsed_leases(context: &Context<'_>) -> Vec<(Pubkey, u64, i64, u64)> {
    let Context { view, at, keeper, calls, .. } = context;
    let lapsed = |(key, invocation): &(Pubkey, &Invocation)| {
        let claim =
            invocation.claim().filter(|claim| claim.keeper == *keeper && claim.lease_end <= at.now)?;
        let is_proven = matches!(calls.get(key), Some(Call::Proven { .. }));
        // The bond of a call that no receipt can settle any more is returned.
        (!is_proven && !is_beyond_proof(invocation, &view.vehicle)).then_some((
            *key,
            invocation.seq,
            claim.lease_end,
            claim.bond,
        ))
    };
    view.invocations.iter().filter_map(lapsed).collect()
}

/// The calls to start now, by invocation, and how long each may take, seconds: until its lease is given back, or an
/// unlock is over.
pub(in crate::core) fn calls_to_start(context: &Context<'_>) -> Vec<(Pubkey, u64)> {
    let now = context.at.now;
    if context.is_stopping {
        return Vec::new();
    }
    let limit = |(key, invocation): &(Pubkey, &Invocation)| {
        let ready = context.calls.get(key).is_none_or(|call| call.may_start(now));
        let ends = match invocation.action {
            Action::Unlock => unlock_ends(context, invocation),
            Action::Warn | Action::Lock => lease_ends(context, invocation),
        };
        let ends = ends.filter(|_| ready)?;
        Some((*key, u64::try_from(ends - now).unwrap_or(0)))
    };
    context.view.invocations.iter().filter_map(limit).collect()
}

/// When a call for an unlock ends that this keeper may start now. Whoever has one of the pinned keys may.
fn unlock_ends(context: &Context<'_>, unlock: &Invocation) -> Option<i64> {
    let Context { view, at, policy, .. } = context;
    let serves = policy.serves(&view.lender_key);
    let wanted = policy.wants(unlock.action, unlock.fee, &Signers::of(unlock, view));
    let starts = serves && wanted && !is_over(unlock, &view.vehicle, at.now);
    (starts && is_paid_to_keeper(context, unlock))
        .then(|| unlock.expires_at.min(at.now.saturating_add(UNLOCK_CALL_SECS)))
}

/// When a call ends that this keeper holds the lease of and may start now.
fn lease_ends(context: &Context<'_>, invocation: &Invocation) -> Option<i64> {
    check_yield(invocation, &context.view.vehicle, context.keeper, context.at.now).ok()?;
    yield_at(invocation).filter(|_| !should_yield(context, invocation))
}

/// Whether a lease is to be given back: it is nearly over, or the call is superseded or no longer due.
fn should_yield(context: &Context<'_>, invocation: &Invocation) -> bool {
    let Context { view, at, .. } = context;
    yield_at(invocation).is_some_and(|yield_at| at.now >= yield_at)
        || !is_newest(invocation, &view.vehicle)
        || check_still_due(invocation, at, view.lender, &view.vehicle).is_err()
}

/// When the lease is given back at the latest, if there is one.
fn yield_at(invocation: &Invocation) -> Option<i64> {
    invocation.claim().map(|claim| claim.lease_end - yield_margin(invocation))
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use crate::core::fixture::{KEEPER, LoanFixture, OTHER};
    use crate::core::operation::Operation;

    #[test]
    fn a_lease_is_given_back_before_it_lapses_and_when_the_loan_is_cured() {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        // A lease of 60 s ends at 1,120; a sixth of it is 10 s.
        assert_eq!(
            [1_109, 1_110].map(|now| fixture.next_operation(now)),
            [None, Some(Operation::Yield { seq: 1 })]
        );
        assert_eq!(fixture.calls_to_start(1_060), [(fixture.invocations[0].0, 50)]);
        fixture.wallet = 1_000;
        assert_eq!(fixture.calls_to_start(1_060), []);
        fixture.request(Action::Unlock, 1_060);
        assert_eq!(fixture.next_operation(1_060), Some(Operation::Yield { seq: 1 }));
    }

    #[test]
    fn the_claim_on_a_car_that_is_no_longer_trusted_is_given_back_even_late() {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        fixture.vehicle.distrusted = true;
        let yields = Some(Operation::Yield { seq: 1 });
        assert_eq!(
            [1_061, 1_119, 1_120].map(|now| fixture.next_operation(now)),
            [yields.clone(), yields.clone(), yields]
        );
        // A claim of another keeper: whoever closes the call gives it back its bond.
        fixture.claim(OTHER, 1_060);
        assert_eq!(fixture.next_operation(1_120), None);
        let expire = Operation::Expire { seq: 1, rent_payer: KEEPER, keeper: Some(OTHER) };
        assert_eq!(fixture.next_operation(4_660), Some(expire));
    }

    #[test]
    fn a_lapsed_claim_on_a_device_that_was_replaced_gets_its_bond_back() {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        fixture.claim(OTHER, 1_060);
        (fixture.vehicle.void_through, fixture.vehicle.last_seq_asked) = (1, 2);
        assert_eq!(fixture.next_operation(1_119), None);
        let expire = Operation::Expire { seq: 1, rent_payer: KEEPER, keeper: Some(OTHER) };
        assert_eq!(fixture.next_operation(1_120), Some(expire));
    }

    #[test]
    fn the_unlock_of_a_replaced_device_is_not_called_for() {
        let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
        fixture.lock();
        fixture.request(Action::Unlock, 1_060);
        assert_eq!(fixture.calls_to_start(1_060).len(), 1);
        fixture.vehicle.void_through = 2;
        assert_eq!(fixture.calls_to_start(1_060), []);
    }
}
