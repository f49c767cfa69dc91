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
        if check_lock(at, view.lender, &view.vehicle).is_ok() {
            return context.request(Action::Lock);
        }
        check_default_and_lock(at, view.lender, &view.vehicle).ok()?;
        let seq = context.next_seq(Action::Lock)?;
        Some(Operation::DeclareDefaultAndLock { seq })
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Action, Service};

    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    const LOCK: Option<Operation> = Some(Operation::Request { action: Action::Lock, seq: 1 });

    #[test]
    fn default_and_lock_come_in_one_transaction_at_the_end_of_the_grace() {
        let mut fixture = LoanFixture::warned();
        let both = Some(Operation::DeclareDefaultAndLock { seq: 1 });
        assert_eq!([1_049, 1_050, 1_051].map(|now| fixture.next_operation(now)), [None, both.clone(), both]);
        // A notice that is still owed keeps the lock, not the default.
        fixture.owe_notice();
        assert_eq!(fixture.next_operation(1_050), Some(Operation::DeclareDefault));
    }

    #[test]
    fn a_lock_waits_until_notice_and_final_notice_have_matured() {
        let mut fixture = LoanFixture::defaulted();
        fixture.owe_notice();
        fixture.loan.notices.channels[0] = Service::at(1_010);
        assert_eq!([1_069, 1_070].map(|now| fixture.next_operation(now)), [None, LOCK]);
        fixture.loan.terms.final_notice_secs = 20;
        assert_eq!(fixture.next_operation(1_070), None);
        fixture.loan.notices.final_notice = Service::at(1_060);
        assert_eq!([1_079, 1_080].map(|now| fixture.next_operation(now)), [None, LOCK]);
    }

    #[test]
    fn a_hold_a_stay_an_emergency_start_a_pause_and_a_distrusted_device_keep_locks_away() {
        let keeps = |change: fn(&mut LoanFixture)| {
            let mut fixture = LoanFixture::defaulted();
            assert_eq!(fixture.next_operation(1_060), LOCK);
            change(&mut fixture);
            assert_eq!(fixture.next_operation(1_060), None);
        };
        keeps(|fixture| fixture.loan.hold_until = 1_061);
        keeps(|fixture| (fixture.loan.stay_from, fixture.loan.stay_until) = (1_060, 1_061));
        keeps(|fixture| fixture.loan.emergency_from = 1_061);
        keeps(|fixture| fixture.lender.paused_until = 1_061);
        keeps(|fixture| fixture.vehicle.distrusted = true);
    }

    #[test]
    fn no_lock_is_requested_unless_the_escrow_also_pays_its_unlock() {
        let mut fixture = LoanFixture { escrow_lamports: 1_999, ..LoanFixture::defaulted() };
        assert_eq!(fixture.next_operation(1_060), None);
        fixture.escrow_lamports = 2_000;
        assert_eq!(fixture.next_operation(1_060), LOCK);
        // The deposit as it was paid is not available.
        fixture.escrow.rent = 1;
        assert_eq!(fixture.next_operation(1_060), None);
    }
}
