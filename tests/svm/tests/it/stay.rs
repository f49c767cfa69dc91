//! A stay: bankruptcy or deployment. Inside it there is no warning, lock, default or late fee.

use latchkey::errors::LatchkeyError;
use latchkey::rules::servicing::MAX_HOLD_SECS;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_stay_stops_default_warning_and_notice_until_its_end_to_the_second() {
    let mut fixture = LoanFixture::new();
    let until = due(0) + 10 * DAY;
    fixture.at(due(0)).place_stay(due(0), until).holds();
    for now in [due(0) + 1, due(0) + 2 * DAY, until - 1] {
        fixture.at(now).declare_default().breaks(LatchkeyError::OnStay);
        fixture.request(Action::Warn).breaks(LatchkeyError::OnStay);
        fixture.serve_notice().breaks(LatchkeyError::OnStay);
    }
    fixture.at(until).request(Action::Warn).holds();
    fixture.serve_notice().holds();
    fixture.declare_default().breaks(LatchkeyError::GraceNotOver);
}

#[test]
fn grace_starts_again_at_the_end_of_a_stay_to_the_second() {
    let mut fixture = LoanFixture::new();
    let until = due(0) + 10 * DAY;
    fixture.place_stay(due(0), until).holds();
    fixture.at(until + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(until + 2 * DAY).declare_default().holds();
}

#[test]
fn a_stay_that_ended_before_the_due_date_changes_nothing() {
    let mut fixture = LoanFixture::new();
    fixture.place_stay(START, START + DAY).holds();
    fixture.at(LoanFixture::default_at() - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(LoanFixture::default_at()).declare_default().holds();
}

#[test]
fn a_notice_before_a_stay_does_not_count_after_it() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.notice_secs, terms.min_channels, terms.notice_max_age_secs) = (60, 1, 60 * 86_400);
    });
    fixture.at(due(0)).serve_notice().holds();
    let until = due(0) + 10 * DAY;
    fixture.place_stay(due(0) + 1, until).holds();
    fixture.at(until + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice().holds();
    fixture.at(until + 2 * DAY + 60).request(Action::Lock).holds();
}

#[test]
fn no_late_fee_falls_inside_a_stay() {
    let late = due(0) + DAY;
    for (from, until, fees) in
        [(late, late + 1, 0), (late - 1, late, 25), (late + 1, late + 2, 25), (due(0), due(9), 0)]
    {
        let mut fixture = LoanFixture::new();
        fixture.place_stay(from, until).holds();
        fixture.at(late + 1).collect().holds();
        assert_eq!(fixture.loan().ledger.fees, fees, "{}..{}", from - late, until - late);
    }
}

#[test]
fn a_stay_ends_a_default_and_unlocks_the_car() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(100_000_000).holds();
    let now = LoanFixture::default_at();
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let told = event!(fixture.place_stay(now, now + 30 * DAY).holds(), StayPlaced);
    assert_eq!((told.until_before, told.from, told.until), (0, now, now + 30 * DAY));
    assert_eq!(told.status_after, LoanStatus::Active);
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
}

#[test]
fn a_lock_stands_until_a_stay_that_lies_ahead_begins() {
    let mut fixture = LoanFixture::locked();
    let from = LoanFixture::default_at() + DAY;
    fixture.place_stay(from, from + DAY).holds();
    fixture.at(from - 1).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.at(from).request(Action::Unlock).holds();
}

#[test]
fn a_stay_begins_now_or_later_and_lasts_a_year_at_most_to_the_second() {
    let mut fixture = LoanFixture::new();
    let longest = START + MAX_HOLD_SECS;
    for (from, until) in [
        (START - 1, START + 1),
        (START, START),
        (START + 2, START + 1),
        (START, longest + 1),
        (i64::MIN, START + 1),
        (START, i64::MAX),
    ] {
        fixture.place_stay(from, until).breaks(LatchkeyError::InvalidStay);
    }
    fixture.clone().place_stay(START, START + 1).holds();
    fixture.place_stay(START, longest).holds();
    let loan = fixture.loan();
    assert_eq!((loan.stay_from, loan.stay_until, loan.revision), (START, longest, 1));
}

#[test]
fn a_stay_that_is_not_over_is_prolonged_without_a_gap_and_never_shortened() {
    let mut fixture = LoanFixture::new();
    let until = START + 100;
    fixture.place_stay(START, until).holds();
    fixture.at(START + 50);
    fixture.place_stay(START + 50, until).breaks(LatchkeyError::InvalidStay);
    fixture.place_stay(until + 1, until + 2).breaks(LatchkeyError::InvalidStay);
    fixture.place_stay(until, until + 100).holds();
    let loan = fixture.loan();
    assert_eq!((loan.stay_from, loan.stay_until), (START, until + 100));
    // One that is over is replaced.
    fixture.at(until + 100).place_stay(until + 500, until + 600).holds();
    assert_eq!(fixture.loan().stay_from, until + 500);
}

#[test]
fn money_is_taken_inside_a_stay_as_ever() {
    let mut fixture = LoanFixture::new();
    fixture.place_stay(START, due(9)).holds();
    fixture.top_up(1_500);
    fixture.at(due(0)).collect().holds();
    assert_eq!((fixture.wallet(), fixture.loan().ledger.principal), (500, 9_000));
}

#[test]
fn the_authority_stays_a_loan_and_nobody_else_does() {
    let mut fixture = LoanFixture::new();
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::place_stay(&fixture.keys, who.pubkey(), START, START + 1);
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    fixture.pay_all();
    fixture.place_stay(START, START + 1).breaks(LatchkeyError::LoanPaidOff);
}
