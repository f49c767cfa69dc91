//! Confirm a receipt that is ready.

use latchkey::rules::invocation::{Payee, check_settle};
use latchkey::state::Invocation;

use super::Duty;
use crate::core::call::Call;
use crate::core::context::Context;
use crate::core::operation::{Lane, Operation, Priority};

pub(super) struct Confirm;

impl Duty for Confirm {
    fn lane(&self) -> Lane {
        Lane::Receipt
    }

    fn is_finishing(&self) -> bool {
        true
    }

    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let receipts = context.view.invocations.iter().filter_map(|(key, invocation)| {
            let Some(Call::Proven { receipt }) = context.calls.get(key) else { return None };
            let Invocation { action, seq, rent_payer, .. } = **invocation;
            let confirm = || Operation::Confirm { action, seq, rent_payer, receipt: receipt.clone() };
            is_paid_to_keeper(context, invocation).then(confirm)
        });
        let rested = receipts.filter(|confirm| context.is_rested(confirm));
        // An unlock first, then the oldest.
        rested.min_by_key(|confirm| (confirm.priority() != Priority::Unlock, confirm.seq()))
    }
}

/// Whether the call can be settled, and the keeper is then paid for it.
pub(super) fn is_paid_to_keeper(context: &Context<'_>, invocation: &Invocation) -> bool {
    match check_settle(invocation, &context.view.vehicle) {
        Ok(Payee::Claimer(claim)) => claim.keeper == context.keeper,
        Ok(Payee::Bringer) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::Action;

    use crate::core::call::Call;
    use crate::core::fixture::{KEEPER, LoanFixture, OTHER, Tried, policy, receipt};
    use crate::core::operation::{Lane, Operation};

    #[test]
    fn a_receipt_is_confirmed_even_for_a_superseded_request() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        let (key, _) = fixture.invocations[0];
        fixture.request(Action::Unlock, 1_061);
        let receipt = Box::new(receipt());
        let calls = HashMap::from([(key, Call::Proven { receipt: receipt.clone() })]);
        assert_eq!(
            fixture.next_operation_with(1_062, &policy(), &calls),
            Some(Operation::Confirm { action: Action::Lock, seq: 1, rent_payer: KEEPER, receipt })
        );
    }

    #[test]
    fn whoever_has_the_receipt_of_an_unlock_brings_it_and_of_a_lock_only_its_claimer() {
        let confirms = |action, claimer| {
            let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
            fixture.request(action, 1_060);
            if let Some(claimer) = claimer {
                fixture.claim(claimer, 1_060);
            }
            let calls =
                HashMap::from([(fixture.invocations[0].0, Call::Proven { receipt: Box::new(receipt()) })]);
            let next = fixture.next_operation_with(1_061, &policy(), &calls);
            matches!(next, Some(Operation::Confirm { .. }))
        };
        assert!(confirms(Action::Unlock, None));
        assert!(confirms(Action::Warn, Some(KEEPER)));
        assert!(!confirms(Action::Warn, Some(OTHER)) && !confirms(Action::Warn, None));
    }

    #[test]
    fn the_receipt_of_an_unlock_goes_before_an_older_one_of_a_lock() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        fixture.request(Action::Unlock, 1_061);
        let proven = || Call::Proven { receipt: Box::new(receipt()) };
        let calls = fixture.invocations.iter().map(|(key, _)| (*key, proven())).collect();
        let next = fixture.next_operation_with(1_062, &policy(), &calls);
        assert!(matches!(next, Some(Operation::Confirm { action: Action::Unlock, .. })), "{next:?}");
    }

    #[test]
    fn a_receipt_waits_for_no_request_under_way() {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        let calls =
            HashMap::from([(fixture.invocations[0].0, Call::Proven { receipt: Box::new(receipt()) })]);
        let tried = Tried::under_way(Operation::Request { action: Action::Lock, seq: 1 });
        let next = fixture.next_operation_after(Lane::Receipt, 1_061, &calls, &tried);
        assert!(matches!(next, Some(Operation::Confirm { .. })), "{next:?}");
    }
}
