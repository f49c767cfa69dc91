//! Look at the loan, and send the lender what was taken.
//!
//! A keeper looks at every moment (due date, late date), and daily at a loan that is past due, so that late money counts
//! from the day it arrived. It looks at once when the wallet holds money that is due, and when the status is to follow. A
//! treasury that takes no payment keeps no look away.

use latchkey::rules::ledger::advance;
use latchkey::rules::schedule::instalments_due;
use latchkey::state::LoanStatus;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::{Lane, Operation};
use crate::core::policy::LOOK_PERIOD;

pub(super) struct Collect;

impl Duty for Collect {
    fn lane(&self) -> Lane {
        Lane::Money
    }

    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        let loan = context.at.loan;
        let looks = loan.status.is_open() && should_look(context);
        if (looks || loan.ledger.unsent > 0) && context.is_rested(&Operation::Collect) {
            return Some(Operation::Collect);
        }
        looks.then_some(Operation::Look)
    }

    fn deadline(&self, context: &Context<'_>) -> Option<i64> {
        let as_of = context.at.loan.ledger.as_of;
        is_past_due(context).then(|| as_of.saturating_add(LOOK_PERIOD)).filter(|at| *at > context.at.now)
    }
}

/// Whether a look would store something that matters.
fn should_look(context: &Context<'_>) -> bool {
    let at = &context.at;
    let has_moments = has_moments(context);
    // An empty wallet has nothing to take: most loans need no walk.
    if has_moments || at.loan.ledger.free(at.wallet) > 0 {
        let Ok(position) = advance(at.loan, at.wallet, at.now) else { return false };
        if has_moments || position.taken.total() > 0 {
            return true;
        }
    }
    let cures = at.loan.status == LoanStatus::Defaulted && matches!(at.is_in_default(), Ok(false));
    cures || is_past_due(context) && at.now >= at.loan.ledger.as_of.saturating_add(LOOK_PERIOD)
}

/// Whether a due date or a late date has come since the last look.
fn has_moments(context: &Context<'_>) -> bool {
    let at = &context.at;
    let (terms, as_of) = (&at.loan.terms, at.loan.ledger.as_of);
    let late_after = i64::from(terms.late_after_secs);
    let counted =
        |time: i64| (instalments_due(terms, time), instalments_due(terms, time.saturating_sub(late_after)));
    at.now > as_of && counted(at.now) != counted(as_of)
}

/// Whether the wallet cannot pay what is due, and that can still lead to a lock. What is charged off is looked at when
/// something happens, not daily for ever.
fn is_past_due(context: &Context<'_>) -> bool {
    let at = &context.at;
    at.loan.status.is_enforced() && matches!(at.oldest_unpaid_due(), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Action, LoanStatus};

    use crate::core::fixture::{LoanFixture, Tried};
    use crate::core::operation::{Lane, Operation};

    fn money(fixture: &LoanFixture, now: i64) -> Option<Operation> {
        fixture.next_operation_in(Lane::Money, now, &Tried::default())
    }

    const COLLECT: Option<Operation> = Some(Operation::Collect);

    #[test]
    fn the_wallet_is_collected_from_at_the_second_an_instalment_falls_due() {
        let fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        assert_eq!([999, 1_000, 1_001].map(|now| money(&fixture, now)), [None, COLLECT, COLLECT]);
    }

    #[test]
    fn every_due_date_and_late_date_is_looked_at_once() {
        let mut fixture = LoanFixture::new();
        for moment in [1_000, 1_020, 1_100, 1_120] {
            fixture.loan.ledger.as_of = moment - 1;
            assert_eq!([moment - 1, moment].map(|now| money(&fixture, now)), [None, COLLECT]);
            fixture.loan.ledger.as_of = moment;
            assert_eq!([moment, moment + 1].map(|now| money(&fixture, now)), [None, None]);
        }
    }

    #[test]
    fn a_loan_that_is_past_due_is_looked_at_daily() {
        let mut fixture = LoanFixture::new();
        fixture.loan.terms.calendar = latchkey::state::Calendar::seconds(1_000_000);
        fixture.loan.ledger.as_of = 1_500;
        let daily = [87_899, 87_900, 87_901];
        assert_eq!(daily.map(|now| money(&fixture, now)), [None, COLLECT, COLLECT]);
        fixture.loan.status = LoanStatus::ChargedOff;
        assert_eq!(daily.map(|now| money(&fixture, now)), [const { None }; 3]);
        fixture.loan.status = LoanStatus::Active;
        fixture.loan.ledger.paid_scheduled = 1_000;
        assert_eq!(daily.map(|now| money(&fixture, now)), [const { None }; 3]);
    }

    #[test]
    fn late_money_is_taken_as_soon_as_it_arrives() {
        let mut fixture = LoanFixture::new();
        fixture.loan.ledger.as_of = 1_030;
        assert_eq!(money(&fixture, 1_040), None);
        fixture.wallet = 1;
        assert_eq!(money(&fixture, 1_040), COLLECT);
    }

    #[test]
    fn a_loan_left_for_more_moments_than_one_call_walks_is_collected_again_and_again() {
        let mut fixture = LoanFixture::new();
        fixture.loan.terms.count = 100;
        fixture.loan.terms.principal = 100_000;
        fixture.loan.ledger.principal = 100_000;
        assert_eq!(money(&fixture, 9_000), COLLECT);
        fixture.loan.ledger.as_of = 2_500;
        assert_eq!(money(&fixture, 9_000), COLLECT);
    }

    #[test]
    fn what_is_unsent_is_sent_whatever_has_become_of_the_loan() {
        for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::Settled, LoanStatus::ChargedOff] {
            let mut fixture = LoanFixture::new();
            fixture.loan.status = status;
            assert_eq!(money(&fixture, 999), None);
            (fixture.loan.ledger.unsent, fixture.wallet) = (1, 1);
            assert_eq!(money(&fixture, 999), COLLECT);
        }
    }

    #[test]
    fn a_treasury_that_takes_no_payment_keeps_no_look_away() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        let tried = Tried::failed(Operation::Collect, 1_000);
        assert_eq!(fixture.next_operation_in(Lane::Money, 1_001, &tried), Some(Operation::Look));
        // The look has taken it, and it waits for a treasury.
        fixture.loan.ledger.as_of = 1_001;
        fixture.loan.ledger.paid_scheduled = 1_000;
        fixture.loan.ledger.unsent = 1_000;
        assert_eq!(fixture.next_operation_in(Lane::Money, 1_001, &tried), None);
        assert_eq!(fixture.next_operation_in(Lane::Money, 1_019, &tried), COLLECT);
    }

    #[test]
    fn an_unlock_waits_neither_for_a_collect_that_fails_nor_for_one_under_way() {
        let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
        fixture.lock();
        let unlock = Some(Operation::Request { action: Action::Unlock, seq: 2 });
        for tried in [Tried::failed(Operation::Collect, 1_060), Tried::under_way(Operation::Collect)] {
            assert_eq!(fixture.next_operation_in(Lane::Car, 1_060, &tried), unlock);
        }
    }
}
