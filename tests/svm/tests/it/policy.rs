//! Policy floors bind later loans.

use latchkey::errors::LatchkeyError;
use latchkey::state::{LoanStatus, PolicyFloors};
use latchkey_tests_svm::{LoanFixture, floors};

use crate::only_event;

#[test]
fn new_floors_bind_the_next_loan_and_no_loan_that_exists() {
    let mut fixture = LoanFixture::new();
    let strict = PolicyFloors { min_grace_weekly_secs: 10 * 86_400, ..floors() };
    let told = only_event!(fixture.set_policy(strict).holds(), PolicySet);
    assert_eq!((told.lender, told.before, told.after), (fixture.lender, floors(), strict));
    assert_eq!(fixture.lender_account().floors, strict);

    let written = fixture.loan().terms;
    let fixture = fixture.fall_into_default();
    assert_eq!((fixture.loan().status, fixture.loan().terms), (LoanStatus::Defaulted, written));

    let mut next = LoanFixture::before_loan();
    next.set_policy(strict).holds();
    next.originate().breaks(LatchkeyError::TermsGrace);
    next.terms.grace_secs = 10 * 86_400;
    next.originate().holds();
}

#[test]
fn floors_can_be_lowered_again() {
    let mut fixture = LoanFixture::before_loan();
    fixture.set_policy(PolicyFloors { max_apr_ppm: 0, ..floors() }).holds();
    fixture.terms.apr_ppm = 1;
    fixture.originate().breaks(LatchkeyError::TermsApr);
    fixture.set_policy(floors()).holds();
    fixture.originate().holds();
}
