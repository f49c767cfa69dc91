//! Emergency starts: the borrower drives for a while whatever is owed.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, TTL, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

fn generous(terms: &mut Terms) {
    (terms.emergency_secs, terms.emergency_max) = (86_400, 2);
}

/// A locked car on terms that grant two emergency starts of a day.
fn locked() -> LoanFixture {
    let mut fixture = LoanFixture::on(generous).fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    fixture.fund(100_000_000).holds();
    fixture
}

#[test]
fn an_emergency_start_unlocks_and_runs_from_the_unlock_to_the_second() {
    let mut fixture = locked();
    let now = LoanFixture::default_at();
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let told = only_event!(fixture.emergency_start().holds(), EmergencyStarted);
    assert_eq!((told.loan, told.before, told.after), (fixture.keys.loan, 0, now + TTL + DAY));
    assert_eq!((told.used, told.granted), (1, 2));
    let loan = fixture.loan();
    assert_eq!((loan.emergency_from, loan.emergency_used), (now + TTL, 1));
    fixture.request(Action::Unlock).holds();
    let unlocked = now + 1_000;
    fixture.at(unlocked).fulfil(2);
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    assert_eq!(fixture.loan().emergency_until(), unlocked + DAY);
    fixture.request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(unlocked + DAY - 1).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(unlocked + DAY).request(Action::Lock).holds();
    fixture.fulfil(3);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn an_unlock_is_asked_for_while_an_emergency_start_runs_to_the_second() {
    let mut fixture = locked();
    let ends = LoanFixture::default_at() + TTL + DAY;
    fixture.emergency_start().holds();
    fixture.at(ends).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.at(ends - 1).request(Action::Unlock).holds();
}

#[test]
fn only_the_first_unlock_proven_starts_the_time_and_never_puts_it_off() {
    let mut fixture = locked();
    let now = LoanFixture::default_at();
    fixture.emergency_start().holds();
    fixture.unlock();
    fixture.at(now + TTL - 1);
    let borrower = fixture.borrower.insecure_clone();
    fixture.request_as(&borrower, Action::Unlock).holds();
    fixture.fulfil(3);
    assert_eq!(fixture.loan().emergency_until(), now + DAY);
}

#[test]
fn one_emergency_start_runs_at_a_time_and_no_more_than_the_terms_grant() {
    let mut fixture = locked();
    let length = TTL + DAY;
    let ends = LoanFixture::default_at() + length;
    fixture.emergency_start().holds();
    fixture.at(ends - 1).emergency_start().breaks(LatchkeyError::InEmergencyStart);
    let told = only_event!(fixture.at(ends).emergency_start().holds(), EmergencyStarted);
    assert_eq!((told.before, told.after, told.used), (ends, ends + length, 2));
    fixture.at(ends + length).emergency_start().breaks(LatchkeyError::NoEmergencyStartLeft);
}

#[test]
fn there_is_an_emergency_only_where_a_lock_was_asked_for() {
    let mut fixture = LoanFixture::on(generous).fall_into_default();
    fixture.emergency_start().breaks(LatchkeyError::NothingToUnlock);
    // The car may have obeyed, although no receipt says so.
    fixture.request(Action::Lock).holds();
    fixture.emergency_start().holds();
    fixture.request(Action::Unlock).holds();
}

#[test]
fn terms_that_grant_none_grant_none() {
    let mut fixture = LoanFixture::locked();
    fixture.emergency_start().breaks(LatchkeyError::NoEmergencyStartLeft);
}

#[test]
fn an_emergency_is_the_borrowers_to_declare_and_nobody_elses() {
    let mut fixture = locked();
    for who in [&fixture.authority, &fixture.servicer, &fixture.stranger] {
        let instruction = build::emergency_start(&fixture.keys, who.pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotBorrower);
    }
    let honest = build::emergency_start(&fixture.keys, fixture.borrower.pubkey());
    let (_, first) = fixture.turn_to_another_car();
    let wrong_car = swap(honest, &first.vehicle, &fixture.keys.vehicle);
    fixture.chain.send(&[wrong_car], &[&fixture.borrower]).breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn an_emergency_start_stops_warnings_too_and_moves_no_money() {
    let mut fixture = locked();
    fixture.emergency_start().holds();
    fixture.top_up(300);
    fixture.request(Action::Warn).breaks(LatchkeyError::InEmergencyStart);
    fixture.collect().holds();
    assert_eq!(fixture.wallet(), 0);
}

/// A keeper could otherwise hold an older receipt back, and let the time run while a newer lock stands.
#[test]
fn an_unlock_asked_before_the_newest_lock_does_not_start_the_time() {
    let mut fixture = locked();
    let servicer = fixture.servicer.insecure_clone();
    fixture.request_as(&servicer, Action::Unlock).holds();
    // Its receipt is withheld; another lock is asked for, and the car obeys it.
    let again = LoanFixture::default_at() + DAY;
    let keeper = fixture.keeper.insecure_clone();
    fixture.at(again).request(Action::Lock).holds();
    fixture.claim(&keeper, 3).holds();
    fixture.emergency_start().holds();
    let receipt = fixture.receipt(2);
    fixture.at(again + 1).confirm(&receipt).holds();
    assert_eq!(fixture.loan().emergency_until(), again + TTL + DAY);
    fixture.at(again + 60).unlock();
    assert_eq!(fixture.loan().emergency_until(), again + 60 + DAY);
}
