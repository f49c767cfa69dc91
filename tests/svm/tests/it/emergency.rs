//! Emergency starts: the borrower drives for a while whatever is owed.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, Scene, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

fn generous(terms: &mut Terms) {
    (terms.emergency_secs, terms.emergency_max) = (86_400, 2);
}

/// A locked car on terms that grant two emergency starts of a day.
fn locked() -> Scene {
    let mut scene = Scene::on(generous).fall_into_default();
    scene.request(Action::Lock).holds();
    scene.fulfil(1);
    scene.fund(100_000_000).holds();
    scene
}

#[test]
fn an_emergency_start_unlocks_and_the_next_lock_waits_for_its_end_to_the_second() {
    let mut scene = locked();
    let now = Scene::default_at();
    scene.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let told = only_event!(scene.emergency_start().holds(), EmergencyStarted);
    assert_eq!((told.loan, told.before, told.after), (scene.keys.loan, 0, now + DAY));
    assert_eq!((told.used, told.granted), (1, 2));
    let loan = scene.loan();
    assert_eq!((loan.emergency_until, loan.emergency_used), (now + DAY, 1));
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
    scene.request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    scene.at(now + DAY - 1).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    scene.at(now + DAY).request(Action::Lock).holds();
    scene.fulfil(3);
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
}

#[test]
fn an_unlock_is_asked_for_while_an_emergency_start_runs_to_the_second() {
    let mut scene = locked();
    let ends = Scene::default_at() + DAY;
    scene.emergency_start().holds();
    scene.at(ends).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    scene.at(ends - 1).request(Action::Unlock).holds();
}

#[test]
fn one_emergency_start_runs_at_a_time_and_no_more_than_the_terms_grant() {
    let mut scene = locked();
    let ends = Scene::default_at() + DAY;
    scene.emergency_start().holds();
    scene.at(ends - 1).emergency_start().breaks(LatchkeyError::InEmergencyStart);
    let told = only_event!(scene.at(ends).emergency_start().holds(), EmergencyStarted);
    assert_eq!((told.before, told.after, told.used), (ends, ends + DAY, 2));
    scene.at(ends + DAY).emergency_start().breaks(LatchkeyError::NoEmergencyStartLeft);
}

#[test]
fn there_is_an_emergency_only_where_a_lock_was_asked_for() {
    let mut scene = Scene::on(generous).fall_into_default();
    scene.emergency_start().breaks(LatchkeyError::NothingToUnlock);
    // The car may have obeyed, although no receipt says so.
    scene.request(Action::Lock).holds();
    scene.emergency_start().holds();
    scene.request(Action::Unlock).holds();
}

#[test]
fn terms_that_grant_none_grant_none() {
    let mut scene = Scene::locked();
    scene.emergency_start().breaks(LatchkeyError::NoEmergencyStartLeft);
}

#[test]
fn an_emergency_is_the_borrowers_to_declare_and_nobody_elses() {
    let mut scene = locked();
    for who in [&scene.authority, &scene.servicer, &scene.stranger] {
        let instruction = build::emergency_start(&scene.keys, who.pubkey());
        scene.world.send(&[instruction], &[who]).breaks(LatchkeyError::NotBorrower);
    }
    let honest = build::emergency_start(&scene.keys, scene.borrower.pubkey());
    let (_, first) = scene.turn_to_another_car();
    let wrong_car = swap(honest, &first.vehicle, &scene.keys.vehicle);
    scene.world.send(&[wrong_car], &[&scene.borrower]).breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn an_emergency_start_pauses_no_warning_and_moves_no_money() {
    let mut scene = locked();
    scene.emergency_start().holds();
    scene.top_up(300);
    scene.request(Action::Warn).holds();
    scene.collect().holds();
    assert_eq!(scene.wallet(), 0);
}
