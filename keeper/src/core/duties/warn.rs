//! Request a warning for each missed instalment.

use latchkey::rules::gates::check_warn;
use latchkey::state::Action;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Warn;

impl Duty for Warn {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let Context { view, at, .. } = context;
        check_warn(at, view.lender, view.vehicle).ok()?;
        context.request(Action::Warn)
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    #[test]
    fn a_missed_instalment_is_warned_of_once() {
        let mut fixture = LoanFixture::new();
        assert_eq!(fixture.next_operation(1_000), Some(Operation::Request { action: Action::Warn, seq: 1 }));
        fixture.loan.warned_through = 1;
        assert_eq!(fixture.next_operation(1_000), None);
    }
}
