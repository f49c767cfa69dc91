//! Warning the driver: gated as strictly as a lock.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState, NoticeChannels};
use latchkey_tests_svm::{DAY, Scene, TTL, due, fee};

use crate::only_event;

#[test]
fn a_warning_is_asked_for_from_the_due_date_to_the_second() {
    let mut scene = Scene::new();
    scene.at(due(0) - 1).request(Action::Warn).breaks(LatchkeyError::NotPastDue);
    let told = only_event!(scene.at(due(0)).request(Action::Warn).holds(), InvocationRequested);
    assert_eq!((told.seq, told.action, told.fee), (1, Action::Warn, fee(Action::Warn)));
    assert_eq!((told.invocation, told.expires_at), (scene.invocation_key(1), due(0) + TTL));
    assert_eq!((scene.invocation(1).lock_until, scene.loan().warned_through), (0, 1));
    let mut later = Scene::new();
    later.at(due(0) + 1).request(Action::Warn).holds();
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_warned() {
    let mut scene = Scene::new();
    scene.at(due(0)).top_up(1_000);
    scene.request(Action::Warn).breaks(LatchkeyError::WalletCanPay);
}

#[test]
fn each_instalment_is_warned_of_once() {
    let mut scene = Scene::new();
    scene.at(due(0)).request(Action::Warn).holds();
    scene.fulfil(1);
    scene.request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    scene.at(due(1) - 1).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    scene.at(due(1)).request(Action::Warn).holds();
}

#[test]
fn a_warning_that_never_sounded_may_be_asked_for_again() {
    let mut scene = Scene::new();
    scene.at(due(0)).request(Action::Warn).holds();
    scene.at(due(0) + TTL).expire(1).holds();
    scene.request(Action::Warn).holds();
}

#[test]
fn hold_and_pause_stop_warnings_until_their_second() {
    let mut scene = Scene::new();
    scene.at(due(0));
    scene.place_hold(due(0) + 10).holds();
    scene.at(due(0) + 9).request(Action::Warn).breaks(LatchkeyError::OnHold);
    scene.pause(11).holds();
    scene.at(due(0) + 10).request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    scene.at(due(0) + 19).request(Action::Warn).breaks(LatchkeyError::LenderPaused);
    scene.at(due(0) + 20).request(Action::Warn).holds();
}

#[test]
fn nobody_is_warned_of_a_loan_that_is_paid_off_or_given_up() {
    let mut scene = Scene::new();
    scene.pay_all();
    scene.at(due(0)).request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    let mut scene = Scene::new();
    scene.at(due(0) + 120 * DAY).charge_off().holds();
    scene.request(Action::Warn).breaks(LatchkeyError::ChargedOff);
}

#[test]
fn a_receipted_warning_counts_as_notice_and_locks_nothing() {
    let mut scene = Scene::on(|terms| terms.notice_secs = 3 * 86_400);
    scene.at(due(0)).request(Action::Warn).holds();
    assert_eq!(scene.loan().notice, None);
    scene.fulfil(1);
    let notice = scene.loan().notice.unwrap();
    assert_eq!((notice.served_at, notice.channels), (due(0), NoticeChannels::CAR));
    assert_eq!((scene.vehicle().lock, scene.vehicle().open), (LockState::Unlocked, None));
    let mut scene = scene.fall_into_default();
    scene.at(due(0) + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    scene.at(due(0) + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_warning_does_not_replace_a_notice_in_force() {
    let mut scene = Scene::new();
    scene.at(due(0)).serve_notice().holds();
    let served = scene.loan().notice;
    scene.request(Action::Warn).holds();
    scene.fulfil(1);
    assert_eq!(scene.loan().notice, served);
}

#[test]
fn a_warning_receipted_after_the_cure_is_no_notice_of_the_next_delinquency() {
    let mut scene = Scene::on(|terms| terms.notice_secs = 3 * 86_400);
    scene.at(due(0)).request(Action::Warn).holds();
    scene.top_up(1_000);
    scene.collect().holds();
    scene.fulfil(1);
    scene.at(due(1) + 2 * DAY).declare_default().holds();
    scene.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn one_warning_leaves_enough_for_the_unlock_that_may_follow() {
    // The escrow holds one fee of each: after a warning and a lock, just the unlock's is left.
    let mut scene = Scene::new();
    scene.at(due(0)).request(Action::Warn).holds();
    scene.fulfil(1);
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).holds();
    scene.fulfil(2);
    assert_eq!(scene.available(), fee(Action::Unlock));
    scene.at(due(1)).request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    scene.fund(fee(Action::Warn) - 1).holds();
    scene.request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    scene.fund(1).holds();
    scene.request(Action::Warn).holds();
}
