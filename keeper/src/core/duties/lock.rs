//! Request a lock, in one transaction with the default if that is still to be declared.

use latchkey::rules::gates::{check_default_and_lock, check_lock};
use latchkey::state::Action;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Lock;

impl Duty for Lock {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let Context { view, at, .. } = context;
        if check_lock(at, view.lender, view.vehicle).is_ok() {
            return context.request(Action::Lock);
        }
        check_default_and_lock(at, view.lender, view.vehicle).ok()?;
        let seq = context.next_seq(Action::Lock)?;
        Some(Operation::DeclareDefaultAndLock { seq })
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    #[test]
    fn default_and_lock_come_in_one_transaction_at_the_end_of_the_grace() {
        let mut fixture = LoanFixture::new();
        fixture.loan.warned_through = 10;
        // The late fee has been charged.
        fixture.loan.ledger.late_decided = 1;
        fixture.loan.ledger.fees = 25;
        let both = Some(Operation::DeclareDefaultAndLock { seq: 1 });
        assert_eq!([1_049, 1_050, 1_051].map(|now| fixture.next_operation(now)), [None, both.clone(), both]);
        // A notice that is still to mature keeps the lock, not the default.
        fixture.loan.terms.notice_secs = 1_000;
        assert_eq!(fixture.next_operation(1_050), Some(Operation::DeclareDefault));
    }

    #[test]
    fn no_lock_is_requested_unless_the_escrow_also_pays_its_unlock() {
        let mut fixture = LoanFixture { escrow_lamports: 1_999, ..LoanFixture::defaulted() };
        fixture.loan.ledger.late_decided = 1;
        assert_eq!(fixture.next_operation(1_060), None);
        fixture.escrow_lamports = 2_000;
        let lock = Some(Operation::Request { action: Action::Lock, seq: 1 });
        assert_eq!(fixture.next_operation(1_060), lock);
    }
}
