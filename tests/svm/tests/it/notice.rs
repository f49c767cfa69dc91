//! Notice to the borrower before a lock.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus, NoticeChannels};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, due};
use solana_sdk::signer::Signer;

use crate::only_event;

/// A loan that owes three days of notice, in default.
fn defaulted() -> LoanFixture {
    LoanFixture::on(|terms| terms.notice_secs = 3 * 86_400).fall_into_default()
}

#[test]
fn a_lock_waits_for_a_served_notice_to_mature_to_the_second() {
    let mut fixture = defaulted();
    let served = LoanFixture::default_at();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    let told = only_event!(fixture.serve_notice().holds(), NoticeServed);
    assert_eq!((told.loan, told.at, told.matures_at), (fixture.keys.loan, served, served + 3 * DAY));
    assert_eq!((told.channels, told.evidence), (NoticeChannels::MAIL, [9; 32]));
    let notice = fixture.loan().notice.unwrap();
    assert_eq!((notice.served_at, notice.evidence, notice.channels), (served, [9; 32], NoticeChannels::MAIL));
    fixture.at(served + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(served + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_notice_matures_no_later_either() {
    let mut fixture = defaulted();
    fixture.serve_notice().holds();
    fixture.at(LoanFixture::default_at() + 3 * DAY + 1).request(Action::Lock).holds();
}

#[test]
fn notice_is_served_by_the_lender_alone() {
    let mut fixture = defaulted();
    for other in [&fixture.stranger, &fixture.borrower] {
        let instruction = build::serve_notice(&fixture.keys, other.pubkey(), [9; 32], 1);
        fixture.chain.send(&[instruction], &[other]).breaks(LatchkeyError::NotServicing);
    }
    let instruction = build::serve_notice(&fixture.keys, fixture.authority.pubkey(), [9; 32], 1);
    fixture.chain.send(&[instruction], &[&fixture.authority]).holds();
}

#[test]
fn there_is_a_notice_only_of_something_past_due() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) - 1).serve_notice().breaks(LatchkeyError::NotPastDue);
    fixture.at(due(0)).serve_notice().holds();
    fixture.pay_all();
    fixture.serve_notice().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_second_notice_neither_restarts_nor_backdates_the_first() {
    let mut fixture = defaulted();
    fixture.serve_notice().holds();
    fixture.serve_notice().breaks(LatchkeyError::NoticeInForce);
}

#[test]
fn a_notice_names_known_channels_and_never_the_car() {
    let mut fixture = defaulted();
    for channels in [0, NoticeChannels::CAR, NoticeChannels::MAIL | NoticeChannels::CAR, 64, 128] {
        fixture.serve_notice_by(channels).breaks(LatchkeyError::InvalidChannels);
    }
    fixture.serve_notice_by(NoticeChannels::ALL & !NoticeChannels::CAR).holds();
}

#[test]
fn a_cure_ends_the_notice_and_the_next_delinquency_needs_its_own() {
    let mut fixture = defaulted();
    fixture.serve_notice().holds();
    fixture.top_up(1_025);
    fixture.collect().holds();
    assert_eq!(fixture.loan().notice, None);
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn a_notice_of_what_was_paid_since_is_none_of_what_is_past_due_now() {
    let mut fixture = LoanFixture::on(|terms| terms.notice_secs = 3 * 86_400);
    fixture.at(due(0)).serve_notice().holds();
    // Paid by a plain transfer that was not collected before the next instalment fell due.
    fixture.top_up(1_000);
    fixture.at(due(1) + 4 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice().breaks(LatchkeyError::NoticeInForce);
    fixture.collect().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Defaulted);
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice().holds();
    fixture.at(due(1) + 7 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(due(1) + 7 * DAY).request(Action::Lock).holds();
}

#[test]
fn the_notice_of_another_lenders_loan_is_not_ones_own_to_serve() {
    let mut fixture = defaulted();
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.serve_notice().breaks(LatchkeyError::WrongLender);
}
