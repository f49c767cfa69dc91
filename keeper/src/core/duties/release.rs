//! Have a car released whose loan is paid off or settled, so that no command key can lock it any more. It is no transaction
//! and pays nothing: a car that nobody may lock is what the borrower has paid for.

use latchkey::state::Action;

use crate::core::context::Context;
use crate::core::policy::Signers;

/// Whether the car of this loan is to be released now: it has not been, as far as this keeper has tried since it started. A
/// car that was released before answers with the same receipt again.
pub(in crate::core) fn is_due(context: &Context<'_>) -> bool {
    let Context { view, policy, calls, at, is_stopping, .. } = context;
    let is_ready = calls.get(&view.loan_key).is_none_or(|call| call.may_start(at.now));
    let wanted = || policy.wants(Action::Unlock, 0, &Signers::of_unlock(view));
    !view.loan.status.is_open() && !is_stopping && is_ready && policy.serves(&view.lender_key) && wanted()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::LoanStatus;

    use super::is_due;
    use crate::core::call::Call;
    use crate::core::fixture::{LoanFixture, OTHER, context, policy, receipt};
    use crate::core::policy::Policy;

    fn due(fixture: &LoanFixture, policy: &Policy, call: Option<Call>) -> bool {
        let view = fixture.view();
        let calls = call.map(|call| (view.loan_key, call)).into_iter().collect::<HashMap<_, _>>();
        is_due(&context(&view, 1_060, policy, &calls))
    }

    #[test]
    fn a_car_is_released_when_its_loan_is_paid_off_or_settled_and_not_before() {
        for (status, released) in [
            (LoanStatus::Active, false),
            (LoanStatus::Defaulted, false),
            (LoanStatus::ChargedOff, false),
            (LoanStatus::PaidOff, true),
            (LoanStatus::Settled, true),
        ] {
            let mut fixture = LoanFixture::new();
            fixture.loan.status = status;
            assert_eq!(due(&fixture, &policy(), None), released, "{status:?}");
        }
    }

    #[test]
    fn a_release_that_was_proven_or_rests_or_is_another_keepers_is_left_alone() {
        let mut fixture = LoanFixture::new();
        fixture.loan.status = LoanStatus::PaidOff;
        let proven = Call::Proven { receipt: Box::new(receipt()) };
        assert!(!due(&fixture, &policy(), Some(proven)));
        assert!(!due(&fixture, &policy(), Some(Call::Running { failures: 0 })));
        for (not_before, released) in [(1_061, false), (1_060, true)] {
            assert_eq!(due(&fixture, &policy(), Some(Call::Ready { failures: 1, not_before })), released);
        }
        assert!(!due(&fixture, &Policy { lenders: vec![OTHER], ..policy() }, None));
        assert!(!due(&fixture, &Policy { command_keys: vec![OTHER], ..policy() }, None));
    }
}
