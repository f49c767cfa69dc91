//! What the keeper does for a loan. Each duty asks the contract's rules what is allowed and the [policy](super::policy)
//! what this keeper wants.
//!
//! A new duty is a file here, its place in [`DUTIES`], and its [`Operation`].

mod claim;
mod collect;
mod declare_default;
mod lock;
mod open_calls;
mod unlock;
mod warn;

use super::context::Context;
use super::operation::Operation;

pub(super) use open_calls::calls_to_start;

/// One kind of work.
trait Duty: Sync {
    /// The transaction to send now, if there is one.
    fn operation(&self, context: &Context<'_>) -> Option<Operation>;

    /// The next time at which the passing of time alone can change that, apart from the contract's own deadlines.
    fn deadline(&self, _context: &Context<'_>) -> Option<i64> {
        None
    }
}

/// Every duty, the most urgent first.
const DUTIES: [&dyn Duty; 7] = [
    &open_calls::OpenCalls,
    &collect::Collect,
    &claim::Claim,
    &unlock::Unlock,
    &lock::Lock,
    &declare_default::DeclareDefault,
    &warn::Warn,
];

/// The next transaction for the loan, if one is due.
pub(super) fn next_operation(context: &Context<'_>) -> Option<Operation> {
    if !context.policy.serves(&context.view.keys.lender) {
        return None;
    }
    DUTIES.iter().find_map(|duty| duty.operation(context))
}

/// The next time at which the passing of time alone can change what a duty does, apart from the contract's own
/// deadlines.
pub(super) fn next_deadline(context: &Context<'_>) -> Option<i64> {
    DUTIES.iter().filter_map(|duty| duty.deadline(context)).min()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::{Action, LoanStatus};

    use super::*;
    use crate::core::fixture::{LoanFixture, OTHER, policy};
    use crate::core::policy::Policy;

    #[test]
    fn a_current_loan_leaves_nothing_to_do() {
        assert_eq!(LoanFixture::new().next_operation(999), None);
        let rich = LoanFixture { wallet: 5_000, ..LoanFixture::new() };
        assert_eq!(rich.next_operation(999), None);
    }

    #[test]
    fn calls_that_need_another_command_key_are_left_to_other_keepers() {
        let mut fixture = LoanFixture::defaulted();
        fixture.loan.ledger.late_decided = 1;
        for function in &mut fixture.functions {
            function.command_key = OTHER;
        }
        assert_eq!(fixture.next_operation(1_060), None);
        let mut fixture = LoanFixture::defaulted();
        fixture.loan.ledger.late_decided = 1;
        fixture.request(Action::Lock, 1_060);
        assert_eq!(fixture.next_operation(1_061), Some(Operation::Claim { seq: 1 }));
        fixture.invocations[0].1.command_key = OTHER;
        assert_eq!(fixture.next_operation(1_061), None);
    }

    #[test]
    fn a_keeper_outside_the_allow_list_only_collects() {
        let mut fixture = LoanFixture::new();
        fixture.lender.keepers = vec![OTHER];
        assert_eq!(fixture.next_operation(1_000), None);
        fixture.wallet = 10;
        assert_eq!(fixture.next_operation(1_000), Some(Operation::Collect));
        fixture.wallet = 0;
        fixture.request(Action::Warn, 1_000);
        assert_eq!(fixture.next_operation(1_001), None);
    }

    #[test]
    fn a_cheap_lock_is_left_alone_and_a_cheap_unlock_is_not() {
        let dear = Policy { min_fee: 1_001, ..policy() };
        let mut fixture = LoanFixture::defaulted();
        fixture.loan.ledger.late_decided = 1;
        assert_eq!(fixture.next_operation_with(1_060, &dear, &HashMap::new()), None);
        fixture.lock();
        fixture.loan.status = LoanStatus::Active;
        fixture.loan.ledger.paid_scheduled = 1_000;
        assert_eq!(
            fixture.next_operation_with(1_060, &dear, &HashMap::new()),
            Some(Operation::Request { action: Action::Unlock, seq: 2 })
        );
    }

    #[test]
    fn lenders_outside_the_policy_are_not_served() {
        let only = Policy { lenders: vec![OTHER], ..policy() };
        let fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        assert_eq!(fixture.next_operation_with(1_000, &only, &HashMap::new()), None);
    }
}
