//! Request an unlock as soon as one is due, before any other request.

use latchkey::rules::gates::check_unlock;
use latchkey::state::Action;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Unlock;

impl Duty for Unlock {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        check_unlock(&context.at, context.view.vehicle, false).ok()?;
        context.request(Action::Unlock)
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Action, LoanStatus};

    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    #[test]
    fn a_cure_is_recorded_and_the_unlock_follows() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.loan.ledger.late_decided = 1;
        fixture.lock();
        assert_eq!(fixture.next_operation(1_060), Some(Operation::Collect));
        fixture.wallet = 0;
        fixture.loan.ledger.paid_scheduled = 1_000;
        fixture.loan.status = LoanStatus::Active;
        assert_eq!(
            fixture.next_operation(1_060),
            Some(Operation::Request { action: Action::Unlock, seq: 2 })
        );
    }
}
