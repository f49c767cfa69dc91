//! Months on the program's bytes: the same day each month, or the month's last.

use latchkey::errors::LatchkeyError;
use latchkey::state::{LoanStatus, Period};
use latchkey_tests_svm::{DAY, LoanFixture, START};

use crate::only_event;

/// Days from 2027-01-01 to the month ends that a 31st is clamped to: 31 January, 28 February, 31 March, 30 April,
/// and on to 29 February 2028.
const MONTH_ENDS: [i64; 14] = [30, 58, 89, 119, 150, 180, 211, 242, 272, 303, 333, 364, 395, 424];

#[test]
fn a_loan_due_on_the_31st_is_due_at_each_months_end_to_the_second() {
    let noon = 43_200;
    let mut fixture = LoanFixture::on(|terms| {
        (terms.period, terms.first_due) = (Period::Months(1), START + MONTH_ENDS[0] * DAY + noon);
        (terms.principal, terms.count) = (14_000, 14);
    });
    fixture.top_up(14_000);
    for (k, day) in MONTH_ENDS.into_iter().enumerate() {
        let due = START + day * DAY + noon;
        let taken = [due - 1, due, due + 1].map(|now| {
            let last = fixture.loan().status == LoanStatus::PaidOff;
            if last { 0 } else { only_event!(fixture.at(now).collect().holds(), PaymentApplied).principal }
        });
        assert_eq!(taken, [0, 1_000, 0], "instalment {k}");
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}

#[test]
fn quarters_default_by_their_own_dates() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.period, terms.first_due) = (Period::Months(3), START + 30 * DAY);
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
        (terms.period, terms.first_due) = (Period::Seconds(1), START + 1);
        (terms.count, terms.principal, terms.late_fee) = (5, 5_000, 0);
    });
    fixture.top_up(5_000);
    for second in 1..=5 {
        let told = only_event!(fixture.at(START + second).collect().holds(), PaymentApplied);
        assert_eq!(told.principal, 1_000);
    }
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}
