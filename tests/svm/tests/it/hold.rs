//! A promise not to lock and not to warn, kept to the second.

use latchkey::errors::LatchkeyError;
use latchkey::rules::servicing::MAX_HOLD_SECS;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, START, Scene, due};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_hold_stops_warnings_and_locks_and_ends_by_itself_to_the_second() {
    let mut scene = Scene::new();
    let ends = Scene::default_at() + DAY;
    scene.at(due(0)).place_hold(ends).holds();
    scene.request(Action::Warn).breaks(LatchkeyError::OnHold);
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).breaks(LatchkeyError::OnHold);
    scene.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::OnHold);
    scene.request(Action::Warn).breaks(LatchkeyError::OnHold);
    scene.at(ends).request(Action::Lock).holds();
}

#[test]
fn a_hold_unlocks_a_locked_car_until_its_second() {
    let mut scene = Scene::locked();
    scene.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let ends = Scene::default_at() + DAY;
    scene.place_hold(ends).holds();
    scene.at(ends).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    scene.at(ends - 1).request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}

#[test]
fn a_hold_lies_ahead_and_within_a_year_to_the_second() {
    let mut scene = Scene::new();
    for until in [i64::MIN, 0, START - 1, START, START + MAX_HOLD_SECS + 1, i64::MAX] {
        scene.place_hold(until).breaks(LatchkeyError::InvalidHold);
    }
    for (until, before) in [(START + 1, 0), (START + MAX_HOLD_SECS, START + 1)] {
        let told = only_event!(scene.place_hold(until).holds(), HoldPlaced);
        assert_eq!((told.loan, told.before, told.after), (scene.keys.loan, before, until));
        assert_eq!(scene.loan().hold_until, until);
    }
}

#[test]
fn a_promise_is_prolonged_by_the_lender_alone_and_shortened_only_with_the_borrower() {
    let mut scene = Scene::new();
    scene.place_hold(START + 100).holds();
    scene.place_hold(START + 99).breaks(LatchkeyError::InvalidHold);
    scene.place_hold(START + 100).breaks(LatchkeyError::InvalidHold);
    scene.place_hold(START + 101).holds();
    let told = only_event!(scene.lift_hold().holds(), HoldLifted);
    assert_eq!((told.loan, told.before, told.at), (scene.keys.loan, START + 101, START));
    assert_eq!(scene.loan().hold_until, 0);
    scene.place_hold(START + 1).holds();
}

#[test]
fn a_hold_is_placed_by_the_lender_and_lifted_by_both() {
    let mut scene = Scene::new();
    let [servicer, borrower, stranger] =
        [&scene.servicer, &scene.borrower, &scene.stranger].map(Keypair::insecure_clone);
    for who in [&borrower, &stranger] {
        let placing = build::place_hold(&scene.keys, who.pubkey(), START + 1);
        scene.world.send(&[placing], &[who]).breaks(LatchkeyError::NotServicing);
    }
    scene.place_hold(START + 100).holds();
    for (lender, owes, rule) in [
        (&servicer, &stranger, LatchkeyError::NotBorrower),
        (&servicer, &servicer, LatchkeyError::NotBorrower),
        (&borrower, &borrower, LatchkeyError::NotServicing),
    ] {
        let lifting = build::lift_hold(&scene.keys, lender.pubkey(), owes.pubkey());
        scene.world.send(&[lifting], &[lender, owes]).breaks(rule);
    }
}

#[test]
fn only_a_running_hold_is_lifted_to_the_second() {
    let mut scene = Scene::new();
    scene.lift_hold().breaks(LatchkeyError::NotOnHold);
    scene.place_hold(START + 10).holds();
    scene.at(START + 11).lift_hold().breaks(LatchkeyError::NotOnHold);
    scene.at(START + 10).lift_hold().breaks(LatchkeyError::NotOnHold);
    scene.at(START + 9).lift_hold().holds();
}

#[test]
fn nothing_is_promised_about_a_loan_that_is_paid_off() {
    let mut scene = Scene::new();
    scene.pay_all();
    scene.place_hold(START + 1).breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_hold_does_not_keep_money_from_being_taken_nor_a_default_from_being_declared() {
    let mut scene = Scene::new();
    scene.place_hold(due(9)).holds();
    scene.top_up(300);
    scene.at(due(0)).collect().holds();
    assert_eq!(scene.wallet(), 0);
    let scene = scene.fall_into_default();
    assert_eq!(scene.loan().hold_until, due(9));
}
