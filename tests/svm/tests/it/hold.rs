//! A hold: no lock and no warning until its end, to the second.

use latchkey::errors::LatchkeyError;
use latchkey::rules::servicing::{MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey::state::{Action, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_hold_stops_warnings_and_locks_and_ends_by_itself_to_the_second() {
    let mut fixture = LoanFixture::new();
    let ends = LoanFixture::default_at() + DAY;
    fixture.at(due(0)).place_hold(ends).holds();
    fixture.at(due(0) + 1).request(Action::Warn).breaks(LatchkeyError::OnHold);
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).breaks(LatchkeyError::OnHold);
    fixture.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::OnHold);
    fixture.request(Action::Warn).breaks(LatchkeyError::OnHold);
    fixture.at(ends).request(Action::Lock).holds();
}

#[test]
fn a_hold_unlocks_a_locked_car_until_its_second() {
    let mut fixture = LoanFixture::locked();
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let ends = LoanFixture::default_at() + DAY;
    fixture.place_hold(ends).holds();
    fixture.at(ends).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.at(ends - 1).request(Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn a_hold_lies_ahead_and_within_45_days_by_the_servicer_and_366_by_the_authority_to_the_second() {
    let mut fixture = LoanFixture::new();
    let [authority, servicer] = [&fixture.authority, &fixture.servicer].map(Keypair::insecure_clone);
    let mut before = 0;
    for (who, longest) in [(&servicer, MAX_SERVICER_HOLD_SECS), (&authority, MAX_HOLD_SECS)] {
        for until in [i64::MIN, 0, START - 1, START, START + longest + 1, i64::MAX] {
            fixture.place_hold_by(who, until).breaks(LatchkeyError::InvalidHold);
        }
        let told = only_event!(fixture.place_hold_by(who, START + longest).holds(), HoldPlaced);
        assert_eq!((told.loan, told.before, told.after), (fixture.keys.loan, before, START + longest));
        before = START + longest;
        assert_eq!(fixture.loan().hold_until, before);
    }
    assert_eq!(fixture.loan().revision, 2);
}

#[test]
fn a_hold_is_lifted_by_what_both_agreed_on_and_in_time() {
    let mut fixture = LoanFixture::new();
    let [servicer, borrower] = [&fixture.servicer, &fixture.borrower].map(Keypair::insecure_clone);
    fixture.place_hold(START + 1_000).holds();
    let agreed = build::Agreed { revision: 1, deadline: START + 100 };
    let lifting = build::lift_hold(&fixture.keys, servicer.pubkey(), borrower.pubkey(), agreed);
    let both = [&servicer, &borrower];
    let alone = std::slice::from_ref(&lifting);
    fixture.at(START + 101).chain.send(alone, &both).breaks(LatchkeyError::DeadlinePassed);
    fixture.at(START + 50).place_hold(START + 2_000).holds();
    fixture.chain.send(alone, &both).breaks(LatchkeyError::RevisionChanged);
}

#[test]
fn a_promise_is_prolonged_by_the_lender_alone_and_shortened_only_with_the_borrower() {
    let mut fixture = LoanFixture::new();
    fixture.place_hold(START + 100).holds();
    fixture.place_hold(START + 99).breaks(LatchkeyError::InvalidHold);
    fixture.place_hold(START + 100).breaks(LatchkeyError::InvalidHold);
    fixture.place_hold(START + 101).holds();
    let told = only_event!(fixture.lift_hold().holds(), HoldLifted);
    assert_eq!((told.loan, told.before, told.at), (fixture.keys.loan, START + 101, START));
    assert_eq!(fixture.loan().hold_until, 0);
    fixture.place_hold(START + 1).holds();
}

#[test]
fn a_hold_is_placed_by_the_lender_and_lifted_by_both() {
    let mut fixture = LoanFixture::new();
    let [servicer, borrower, stranger] =
        [&fixture.servicer, &fixture.borrower, &fixture.stranger].map(Keypair::insecure_clone);
    for who in [&borrower, &stranger] {
        let placing = build::place_hold(&fixture.keys, who.pubkey(), START + 1);
        fixture.chain.send(&[placing], &[who]).breaks(LatchkeyError::NotServicing);
    }
    fixture.place_hold(START + 100).holds();
    for (lender, owes, rule) in [
        (&servicer, &stranger, LatchkeyError::NotBorrower),
        (&servicer, &servicer, LatchkeyError::NotBorrower),
        (&borrower, &borrower, LatchkeyError::NotServicing),
    ] {
        let lifting = build::lift_hold(&fixture.keys, lender.pubkey(), owes.pubkey(), fixture.agreed_now());
        fixture.chain.send(&[lifting], &[lender, owes]).breaks(rule);
    }
}

#[test]
fn only_a_running_hold_is_lifted_to_the_second() {
    let mut fixture = LoanFixture::new();
    fixture.lift_hold().breaks(LatchkeyError::NotOnHold);
    fixture.place_hold(START + 10).holds();
    fixture.at(START + 11).lift_hold().breaks(LatchkeyError::NotOnHold);
    fixture.at(START + 10).lift_hold().breaks(LatchkeyError::NotOnHold);
    fixture.at(START + 9).lift_hold().holds();
}

#[test]
fn nothing_is_promised_about_a_loan_that_is_paid_off() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.place_hold(START + 1).breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_hold_does_not_keep_money_from_being_taken_nor_a_default_from_being_declared() {
    let mut fixture = LoanFixture::new();
    fixture.place_hold(due(5)).holds();
    fixture.top_up(300);
    fixture.at(due(0)).collect().holds();
    assert_eq!(fixture.wallet(), 0);
    let fixture = fixture.fall_into_default();
    assert_eq!(fixture.loan().hold_until, due(5));
}
