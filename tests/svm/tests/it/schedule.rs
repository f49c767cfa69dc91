//! Months on the program's bytes: the same day each month, or the month's last.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Calendar, LoanStatus};
use latchkey_tests_svm::{DAY, LoanFixture, START};

use crate::event;

/// Days from 2027-01-01 to the month ends that a 31st is clamped to: 31 January, 28 February, 31 March, 30 April,
/// and on to 29 February 2028.
const MONTH_ENDS: [i64; 14] = [30, 58, 89, 119, 150, 180, 211, 242, 272, 303, 333, 364, 395, 424];

#[test]
fn a_loan_due_on_the_31st_is_due_at_each_months_end_to_the_second() {
    let noon = 43_200;
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::months(1, 31, 0), START + MONTH_ENDS[0] * DAY + noon);
        (terms.principal, terms.count) = (14_000, 14);
    });
    fixture.top_up(14_000);
    for (k, day) in MONTH_ENDS.into_iter().enumerate() {
        let due = START + day * DAY + noon;
        let taken = [due - 1, due, due + 1].map(|now| {
            let last = fixture.loan().status == LoanStatus::PaidOff;
            if last { 0 } else { event!(fixture.at(now).collect().holds(), PaymentApplied).principal }
        });
        assert_eq!(taken, [0, 1_000, 0], "instalment {k}");
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}

#[test]
fn quarters_default_by_their_own_dates() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::months(3, 31, 0), START + 30 * DAY);
    });
    fixture.top_up(1_000);
    fixture.at(START + 30 * DAY).collect().holds();
    // 30 April 2027, and two days of grace.
    let due = START + 119 * DAY;
    fixture.at(due - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(due).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due + 2 * DAY).declare_default().holds();
}

#[test]
fn seconds_run_a_whole_loan_in_as_many_collections() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::seconds(1), START + 1);
        (terms.count, terms.principal, terms.late_fee) = (5, 5_000, 0);
    });
    fixture.top_up(5_000);
    for second in 1..=5 {
        let told = event!(fixture.at(START + second).collect().holds(), PaymentApplied);
        assert_eq!(told.principal, 1_000);
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}

#[test]
fn two_days_a_month_are_due_one_after_the_other_to_the_second() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::twice_a_month(15, 31, 0), START + 14 * DAY);
        (terms.principal, terms.count) = (4_000, 4);
    });
    fixture.top_up(4_000);
    // 15 and 31 January, 15 and 28 February 2027.
    for day in [14, 30, 45, 58] {
        let due = START + day * DAY;
        fixture.at(due - 1).collect().holds();
        let before = fixture.loan().ledger.principal;
        fixture.at(due).collect().holds();
        assert_eq!(before - fixture.loan().ledger.principal, 1_000, "day {day}");
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}
