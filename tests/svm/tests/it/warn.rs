//! Warning the driver: gated as strictly as a lock.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState, NoticeChannels};
use latchkey_tests_svm::{DAY, LoanFixture, TTL, due, fee};

use crate::only_event;

#[test]
fn a_warning_is_asked_for_from_the_due_date_to_the_second() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) - 1).request(Action::Warn).breaks(LatchkeyError::NotPastDue);
    let told = only_event!(fixture.at(due(0)).request(Action::Warn).holds(), InvocationRequested);
    assert_eq!((told.seq, told.action, told.fee), (1, Action::Warn, fee(Action::Warn)));
    assert_eq!((told.invocation, told.expires_at), (fixture.invocation_key(1), due(0) + TTL));
    assert_eq!((fixture.invocation(1).lock_until, fixture.loan().warned_through), (0, 1));
    let mut later = LoanFixture::new();
    later.at(due(0) + 1).request(Action::Warn).holds();
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_warned() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).top_up(1_000);
    fixture.request(Action::Warn).breaks(LatchkeyError::WalletCanPay);
}

#[test]
fn each_instalment_is_warned_of_once() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).request(Action::Warn).holds();
    fixture.fulfil(1);
    fixture.request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(due(1) - 1).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(due(1)).request(Action::Warn).holds();
}

#[test]
fn a_warning_that_never_sounded_may_be_asked_for_again() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).request(Action::Warn).holds();
    fixture.at(due(0) + TTL).expire(1).holds();
    fixture.request(Action::Warn).holds();
}

#[test]
fn hold_and_pause_stop_warnings_until_their_second() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0));
    fixture.place_hold(due(0) + 10).holds();
    fixture.at(due(0) + 9).request(Action::Warn).breaks(LatchkeyError::OnHold);
    fixture.pause(11).holds();
    fixture.at(due(0) + 10).request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    fixture.at(due(0) + 19).request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    fixture.at(due(0) + 20).request(Action::Warn).holds();
}

#[test]
fn a_loan_that_is_paid_off_or_charged_off_is_not_warned() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.at(due(0)).request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    fixture.request(Action::Warn).breaks(LatchkeyError::ChargedOff);
}

#[test]
fn a_receipted_warning_counts_as_notice_and_locks_nothing() {
    let mut fixture = LoanFixture::on(|terms| terms.notice_secs = 3 * 86_400);
    fixture.at(due(0)).request(Action::Warn).holds();
    assert_eq!(fixture.loan().notice, None);
    fixture.fulfil(1);
    let notice = fixture.loan().notice.unwrap();
    assert_eq!((notice.served_at, notice.channels), (due(0), NoticeChannels::CAR));
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().open), (LockState::Unlocked, None));
    let mut fixture = fixture.fall_into_default();
    fixture.at(due(0) + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(due(0) + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_warning_does_not_replace_a_notice_in_force() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).serve_notice().holds();
    let served = fixture.loan().notice;
    fixture.request(Action::Warn).holds();
    fixture.fulfil(1);
    assert_eq!(fixture.loan().notice, served);
}

#[test]
fn a_warning_receipted_after_the_cure_is_no_notice_of_the_next_delinquency() {
    let mut fixture = LoanFixture::on(|terms| terms.notice_secs = 3 * 86_400);
    fixture.at(due(0)).request(Action::Warn).holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    fixture.fulfil(1);
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn one_warning_leaves_enough_for_the_unlock_that_may_follow() {
    // The escrow holds one fee of each: after a warning and a lock, just the unlock's is left.
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).request(Action::Warn).holds();
    fixture.fulfil(1);
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.available(), fee(Action::Unlock));
    fixture.at(due(1)).request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    fixture.fund(fee(Action::Warn) - 1).holds();
    fixture.request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    fixture.fund(1).holds();
    fixture.request(Action::Warn).holds();
}
