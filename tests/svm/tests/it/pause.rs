//! Pausing: no locks and no warnings for a day at most, and everything else goes on.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, START, Scene, due};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_pause_lasts_from_a_second_to_a_day_and_a_new_one_replaces_it() {
    let mut scene = Scene::new();
    scene.pause(0).breaks(LatchkeyError::InvalidPause);
    scene.pause(MAX_PAUSE_SECS + 1).breaks(LatchkeyError::InvalidPause);
    scene.pause(u32::MAX).breaks(LatchkeyError::InvalidPause);
    for (secs, before) in [(MAX_PAUSE_SECS, 0), (1, START + DAY), (60, START + 1)] {
        let told = only_event!(scene.pause(secs).holds(), PauseSet);
        let until = START + i64::from(secs);
        assert_eq!((told.lender, told.before, told.after), (scene.lender, before, until));
        assert_eq!(scene.lender_account().paused_until, until);
    }
    let told = only_event!(scene.unpause().holds(), PauseSet);
    assert_eq!((told.before, told.after, scene.lender_account().paused_until), (START + 60, 0, 0));
}

#[test]
fn authority_and_servicer_pause_and_nobody_else() {
    let mut scene = Scene::new();
    let lender = scene.lender;
    for who in [&scene.authority, &scene.servicer] {
        scene.world.send(&[build::pause(lender, who.pubkey(), 1)], &[who]).holds();
        scene.world.send(&[build::unpause(lender, who.pubkey())], &[who]).holds();
    }
    for who in [&scene.borrower, &scene.stranger] {
        for instruction in [build::pause(lender, who.pubkey(), 1), build::unpause(lender, who.pubkey())] {
            scene.world.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
        }
    }
}

#[test]
fn a_pause_stops_a_lock_and_ends_by_itself_to_the_second() {
    let mut scene = Scene::defaulted();
    let ends = Scene::default_at() + DAY;
    scene.pause(MAX_PAUSE_SECS).holds();
    scene.request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    scene.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    scene.at(ends).request(Action::Lock).holds();

    let mut later = Scene::defaulted();
    later.pause(MAX_PAUSE_SECS).holds();
    later.at(ends + 1).request(Action::Lock).holds();
}

#[test]
fn a_pause_stops_a_warning_until_it_is_lifted() {
    let mut scene = Scene::new();
    scene.at(due(0)).pause(60).holds();
    scene.request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    scene.unpause().holds();
    scene.request(Action::Warn).holds();
}

#[test]
fn a_pause_stands_in_the_way_of_no_payment_and_no_unlock() {
    let mut scene = Scene::locked();
    scene.pause(MAX_PAUSE_SECS).holds();
    scene.top_up(2_000);
    scene.collect().holds();
    assert_eq!(scene.loan().status, LoanStatus::Active);
    scene.prepay(500).holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
    scene.pay_all();
    scene.top_up(9);
    scene.withdraw_surplus(9).holds();
    scene.close().holds();
}

#[test]
fn what_was_asked_before_a_pause_is_finished_in_it() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.pause(60).holds();
    scene.fulfil(1);
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
}
