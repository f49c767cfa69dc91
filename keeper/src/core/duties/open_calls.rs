//! Confirm receipts, close calls that are over, and give back leases that are of no more use.

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{check_expire, check_settle, check_still_due, check_yield, is_newest};
use latchkey::state::Invocation;

use super::Duty;
use crate::core::call::Call;
use crate::core::context::Context;
use crate::core::operation::Operation;
use crate::core::policy::yield_margin;

pub(super) struct OpenCalls;

impl Duty for OpenCalls {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        context.view.invocations.iter().find_map(|(key, invocation)| {
            let Context { view, at, keeper, calls, .. } = context;
            let (seq, rent_payer) = (invocation.seq, invocation.rent_payer);
            let call = calls.get(key);
            let settles = check_settle(invocation, view.vehicle).is_ok_and(|claim| claim.keeper == *keeper);
            if let Some(Call::Proven { receipt }) = call.filter(|_| settles) {
                return Some(Operation::Confirm { seq, rent_payer, receipt: receipt.clone() });
            }
            if call.is_some_and(Call::is_running) {
                return None;
            }
            if check_expire(invocation, view.vehicle, at.now).is_ok() {
                return Some(Operation::Expire { seq, rent_payer });
            }
            check_yield(invocation, *keeper, at.now).ok()?;
            let refused = matches!(call, Some(Call::Refused { .. }));
            (refused || should_yield(context, invocation)).then_some(Operation::Yield { seq })
        })
    }

    fn deadline(&self, context: &Context<'_>) -> Option<i64> {
        let invocations = context.view.invocations.iter();
        let yields = invocations.filter_map(|(_, invocation)| yield_at(invocation));
        yields.filter(|at| *at > context.at.now).min()
    }
}

/// The calls to start now, by invocation, and how long each may take, seconds: until its lease is given back.
pub(in crate::core) fn calls_to_start(context: &Context<'_>) -> Vec<(Pubkey, u64)> {
    let now = context.at.now;
    let limit = |(key, invocation): &(Pubkey, &Invocation)| {
        check_yield(invocation, context.keeper, now).ok()?;
        let ready = context.calls.get(key).is_none_or(|call| call.may_start(now));
        let starts = ready && !should_yield(context, invocation);
        let ends = yield_at(invocation).filter(|_| starts)?;
        Some((*key, u64::try_from(ends - now).unwrap_or(0)))
    };
    context.view.invocations.iter().filter_map(limit).collect()
}

/// Whether a lease is to be given back: it is nearly over, or the call is superseded or no longer due.
fn should_yield(context: &Context<'_>, invocation: &Invocation) -> bool {
    let Context { view, at, .. } = context;
    yield_at(invocation).is_some_and(|yield_at| at.now >= yield_at)
        || !is_newest(invocation, view.vehicle)
        || check_still_due(invocation, at, view.lender, view.vehicle).is_err()
}

/// When the lease is given back at the latest, if there is one.
fn yield_at(invocation: &Invocation) -> Option<i64> {
    invocation.claim.map(|claim| claim.lease_end - yield_margin(invocation))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::Action;

    use crate::core::call::Call;
    use crate::core::fixture::{KEEPER, LoanFixture, policy};
    use crate::core::operation::Operation;

    #[test]
    fn a_lease_is_given_back_before_it_lapses_and_when_the_loan_is_cured() {
        let mut fixture = LoanFixture::defaulted();
        fixture.loan.ledger.late_decided = 1;
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
        assert_eq!(fixture.next_operation(1_060), Some(Operation::Yield { seq: 1 }));
    }

    #[test]
    fn a_receipt_is_confirmed_first_even_for_a_superseded_request() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        let (key, _) = fixture.invocations[0];
        fixture.request(Action::Unlock, 1_061);
        let receipt = Box::new(latchkey_client::protocol::sealed::Envelope {
            signer: [0; 32],
            signature: [0; 64],
            payload: Vec::new(),
        });
        let calls = HashMap::from([(key, Call::Proven { receipt: receipt.clone() })]);
        assert_eq!(
            fixture.next_operation_with(1_062, &policy(), &calls),
            Some(Operation::Confirm { seq: 1, rent_payer: KEEPER, receipt })
        );
    }
}
