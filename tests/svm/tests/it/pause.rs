//! Pausing: no locks and no warnings for a day at most, and everything else goes on.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_pause_lasts_from_a_second_to_a_day_and_a_new_one_replaces_it() {
    let mut fixture = LoanFixture::new();
    fixture.pause(0).breaks(LatchkeyError::InvalidPause);
    fixture.pause(MAX_PAUSE_SECS + 1).breaks(LatchkeyError::InvalidPause);
    fixture.pause(u32::MAX).breaks(LatchkeyError::InvalidPause);
    for (secs, before) in [(MAX_PAUSE_SECS, 0), (1, START + DAY), (60, START + 1)] {
        let told = only_event!(fixture.pause(secs).holds(), PauseSet);
        let until = START + i64::from(secs);
        assert_eq!((told.lender, told.before, told.after), (fixture.lender, before, until));
        assert_eq!(fixture.lender_account().paused_until, until);
    }
    let told = only_event!(fixture.unpause().holds(), PauseSet);
    assert_eq!((told.before, told.after, fixture.lender_account().paused_until), (START + 60, 0, 0));
}

#[test]
fn authority_and_servicer_pause_and_nobody_else() {
    let mut fixture = LoanFixture::new();
    let lender = fixture.lender;
    for who in [&fixture.authority, &fixture.servicer] {
        fixture.chain.send(&[build::pause(lender, who.pubkey(), 1)], &[who]).holds();
        fixture.chain.send(&[build::unpause(lender, who.pubkey())], &[who]).holds();
    }
    for who in [&fixture.borrower, &fixture.stranger] {
        for instruction in [build::pause(lender, who.pubkey(), 1), build::unpause(lender, who.pubkey())] {
            fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
        }
    }
}

#[test]
fn a_pause_stops_a_lock_and_ends_by_itself_to_the_second() {
    let mut fixture = LoanFixture::defaulted();
    let ends = LoanFixture::default_at() + DAY;
    fixture.pause(MAX_PAUSE_SECS).holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    fixture.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    fixture.at(ends).request(Action::Lock).holds();

    let mut later = LoanFixture::defaulted();
    later.pause(MAX_PAUSE_SECS).holds();
    later.at(ends + 1).request(Action::Lock).holds();
}

#[test]
fn a_pause_stops_a_warning_until_it_is_lifted() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 1).pause(60).holds();
    fixture.request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    fixture.unpause().holds();
    fixture.request(Action::Warn).holds();
}

#[test]
fn a_pause_stands_in_the_way_of_no_payment_and_no_unlock() {
    let mut fixture = LoanFixture::locked();
    fixture.pause(MAX_PAUSE_SECS).holds();
    fixture.top_up(2_000);
    fixture.collect().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Active);
    fixture.prepay(500).holds();
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    fixture.pay_all();
    fixture.top_up(9);
    fixture.withdraw_surplus(9).holds();
    fixture.close().holds();
}

#[test]
fn what_was_claimed_before_a_pause_is_finished_in_it_and_what_was_asked_waits() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    let mut claimed = fixture.clone();
    claimed.claim(&keeper, 1).holds();
    claimed.pause(60).holds();
    let receipt = claimed.receipt(1);
    claimed.confirm(&receipt).holds();
    assert!(claimed.vehicle().lock.is_locked);

    fixture.pause(60).holds();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::LenderPaused);
    fixture.at(LoanFixture::default_at() + 60).claim(&keeper, 1).holds();
}
