//! Claim the newest call if it is free, still due, and worth it to this keeper.

use latchkey::rules::invocation::check_claim;
use latchkey::state::Action;

use super::Duty;
use crate::core::call::Call;
use crate::core::context::Context;
use crate::core::operation::Operation;
use crate::core::policy::Signers;

/// Claims calls for this action: a lock goes before a warning.
pub(super) struct Claim(pub Action);

impl Duty for Claim {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let Context { view, at, keeper, policy, calls, .. } = context;
        let (key, invocation) = view.invocations.last().filter(|(_, newest)| newest.action == self.0)?;
        check_claim(invocation, at, view.lender, &view.vehicle, *keeper).ok()?;
        let rested = calls.get(key).and_then(Call::not_before).is_none_or(|not_before| at.now >= not_before);
        let wanted = policy.wants(invocation.action, invocation.fee, &Signers::of(invocation, view));
        (rested && wanted).then_some(Operation::Claim { action: invocation.action, seq: invocation.seq })
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Action, Calendar};

    use crate::core::fixture::{KEEPER, LoanFixture, OTHER};
    use crate::core::operation::Operation;

    #[test]
    fn a_keeper_whose_lease_lapsed_does_not_claim_again_and_calls_that_are_over_are_closed() {
        let mut fixture = LoanFixture::defaulted();
        // Nothing else falls due meanwhile.
        fixture.loan.terms.calendar = Calendar::seconds(100_000);
        fixture.request(Action::Lock, 1_060);
        fixture.claim(KEEPER, 1_060);
        assert_eq!(
            [1_119, 1_120].map(|now| fixture.next_operation(now)),
            [Some(Operation::Yield { seq: 1 }), None]
        );
        fixture.claim(OTHER, 1_060);
        assert_eq!(
            [1_119, 1_120].map(|now| fixture.next_operation(now)),
            [None, Some(Operation::Claim { action: Action::Lock, seq: 1 })]
        );
        let expire = Some(Operation::Expire { seq: 1, rent_payer: KEEPER, keeper: None });
        assert_eq!(
            [4_659, 4_660].map(|now| fixture.next_operation(now)),
            [Some(Operation::Claim { action: Action::Lock, seq: 1 }), expire]
        );
    }

    #[test]
    fn a_lock_that_is_due_goes_before_the_claim_of_a_warning() {
        let mut fixture = LoanFixture::new();
        fixture.request(Action::Warn, 1_010);
        assert_eq!(fixture.next_operation(1_049), Some(Operation::Claim { action: Action::Warn, seq: 1 }));
        assert_eq!(fixture.next_operation(1_050), Some(Operation::DeclareDefaultAndLock { seq: 2 }));
    }
}
