//! Request an unlock as soon as one is due, before anything else.

use latchkey::rules::gates::{Asker, check_unlock};
use latchkey::state::Action;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Unlock;

impl Duty for Unlock {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        check_unlock(&context.at, &context.view.vehicle, Asker::Anyone).ok()?;
        context.request(Action::Unlock)
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Action, LoanStatus};

    use crate::core::fixture::{LoanFixture, OTHER};
    use crate::core::operation::Operation;

    const REQUEST: Option<Operation> = Some(Operation::Request { action: Action::Unlock, seq: 2 });

    fn cured() -> LoanFixture {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.lock();
        fixture
    }

    #[test]
    fn a_wallet_that_cures_the_loan_unlocks_the_car_though_nothing_was_collected() {
        let fixture = cured();
        assert_eq!(fixture.next_operation(1_060), REQUEST);
        assert_eq!(LoanFixture { wallet: 999, ..fixture }.next_operation(1_060), None);
    }

    #[test]
    fn nothing_of_the_lenders_keeps_an_unlock_from_being_requested() {
        let mut fixture = cured();
        fixture.lender.paused_until = i64::MAX;
        fixture.lender.keepers = vec![OTHER];
        fixture.vehicle.distrusted = true;
        fixture.escrow_lamports = 0;
        for function in &mut fixture.functions {
            function.command_keys = [OTHER; 3];
        }
        fixture.hidden_functions = true;
        assert_eq!(fixture.next_operation(1_060), REQUEST);
        // A sale left this keeper's key among the pinned ones.
        fixture.loan.unlock_keys = [OTHER, OTHER, OTHER, OTHER, OTHER, latchkey::fixtures::COMMAND_KEY];
        assert_eq!(fixture.next_operation(1_060), REQUEST);
        fixture.loan.unlock_keys = [OTHER; 6];
        assert_eq!(fixture.next_operation(1_060), None);
    }

    #[test]
    fn a_hold_a_stay_an_emergency_start_and_the_loans_end_unlock_the_car() {
        let unlocks = |change: fn(&mut LoanFixture)| {
            let mut fixture = LoanFixture::defaulted();
            fixture.lock();
            assert_eq!(fixture.next_operation(1_060), None);
            change(&mut fixture);
            assert_eq!(fixture.next_operation(1_060), REQUEST);
        };
        unlocks(|fixture| fixture.loan.hold_until = 1_061);
        unlocks(|fixture| (fixture.loan.stay_from, fixture.loan.stay_until) = (1_060, 1_061));
        unlocks(|fixture| fixture.loan.emergency_from = 1_061);
        unlocks(|fixture| fixture.loan.status = LoanStatus::Settled);
        unlocks(|fixture| fixture.loan.status = LoanStatus::PaidOff);
        unlocks(|fixture| fixture.loan.status = LoanStatus::ChargedOff);
    }

    #[test]
    fn an_unlock_under_way_is_not_requested_again_before_it_expires() {
        let mut fixture = LoanFixture { wallet: 20_000, ..cured() };
        fixture.request(Action::Unlock, 1_060);
        let (key, expires_at) = (fixture.invocations[0].0, fixture.invocations[0].1.expires_at);
        assert_eq!(fixture.next_operation(expires_at - 1), None);
        assert_eq!(fixture.calls_to_start(1_060), [(key, 300)]);
        assert_eq!(fixture.calls_to_start(expires_at - 1), [(key, 1)]);
        let again = Some(Operation::Request { action: Action::Unlock, seq: 3 });
        assert_eq!(fixture.next_operation(expires_at), again);
    }
}
