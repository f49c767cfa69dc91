//! The floors of loans yet to be written.

use latchkey::errors::LatchkeyError;
use latchkey::state::{LoanStatus, PolicyFloors};
use latchkey_tests_svm::{Scene, floors};

use crate::only_event;

#[test]
fn new_floors_bind_the_next_loan_and_no_loan_that_exists() {
    let mut scene = Scene::new();
    let strict = PolicyFloors { min_grace_secs: 10 * 86_400, ..floors() };
    let told = only_event!(scene.set_policy(strict).holds(), PolicySet);
    assert_eq!((told.lender, told.before, told.after), (scene.lender, floors(), strict));
    assert_eq!(scene.lender_account().floors, strict);

    let written = scene.loan().terms;
    let scene = scene.fall_into_default();
    assert_eq!((scene.loan().status, scene.loan().terms), (LoanStatus::Defaulted, written));

    let mut next = Scene::before_loan();
    next.set_policy(strict).holds();
    next.originate().breaks(LatchkeyError::TermsGrace);
    next.terms.grace_secs = 10 * 86_400;
    next.originate().holds();
}

#[test]
fn floors_can_be_lowered_again() {
    let mut scene = Scene::before_loan();
    scene.set_policy(PolicyFloors { max_apr_bps: 0, ..floors() }).holds();
    scene.terms.apr_bps = 1;
    scene.originate().breaks(LatchkeyError::TermsApr);
    scene.set_policy(floors()).holds();
    scene.originate().holds();
}
