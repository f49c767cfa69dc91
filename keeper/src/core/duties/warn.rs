//! Request a warning for each missed instalment, and a final notice where one is owed.

use latchkey::rules::gates::check_warn;
use latchkey::state::Action;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct Warn;

impl Duty for Warn {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let Context { view, at, .. } = context;
        check_warn(at, view.lender, &view.vehicle).ok()?;
        context.request(Action::Warn)
    }
}

#[cfg(test)]
mod tests {
    use latchkey::rules::gates::MAX_WARNINGS;
    use latchkey::state::{Action, Notices, Service};

    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    const WARN: Option<Operation> = Some(Operation::Request { action: Action::Warn, seq: 1 });

    #[test]
    fn a_missed_instalment_is_warned_of_from_warn_after_secs_and_twice_at_most() {
        let mut fixture = LoanFixture::new();
        fixture.loan.terms.warn_after_secs = 10;
        assert_eq!([1_009, 1_010].map(|now| fixture.next_operation(now)), [None, WARN]);
        fixture.loan.notices = Notices { warned_instalment: 1, warn_attempts: 1, ..Notices::default() };
        assert_eq!(fixture.next_operation(1_010), WARN);
        fixture.loan.notices.warn_attempts = MAX_WARNINGS;
        assert_eq!(fixture.next_operation(1_010), None);
    }

    #[test]
    fn a_final_notice_follows_a_complete_one() {
        let mut fixture = LoanFixture::new();
        fixture.owe_notice();
        fixture.loan.terms.final_notice_secs = 20;
        fixture.loan.notices = Notices { warned_instalment: 1, warn_attempts: 2, ..Notices::default() };
        fixture.loan.notices.channels[0] = Service::at(1_010);
        assert_eq!([1_029, 1_030].map(|now| fixture.next_operation(now)), [None, WARN]);
        fixture.loan.notices.final_attempts = MAX_WARNINGS;
        assert_eq!(fixture.next_operation(1_030), None);
    }
}
