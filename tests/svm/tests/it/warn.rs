//! Warning the driver: gated as strictly as a lock.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, LockState, Service, Terms};
use latchkey_tests_svm::{DAY, LoanFixture, TTL, due, fee};

use crate::event;

/// Where the car's own service stands among the channels.
const CAR: usize = 5;

/// Three days of notice by one channel.
fn with_notice(terms: &mut Terms) {
    (terms.notice_secs, terms.min_channels, terms.notice_max_age_secs) = (3 * 86_400, 1, 30 * 86_400);
}

#[test]
fn a_warning_is_asked_for_from_its_time_after_the_due_date_to_the_second() {
    let mut fixture = LoanFixture::on(|terms| terms.warn_after_secs = 60);
    fixture.at(due(0) - 1).request(Action::Warn).breaks(LatchkeyError::NotPastDue);
    fixture.at(due(0)).request(Action::Warn).breaks(LatchkeyError::TooEarlyToWarn);
    fixture.at(due(0) + 59).request(Action::Warn).breaks(LatchkeyError::TooEarlyToWarn);
    let told = event!(fixture.at(due(0) + 60).request(Action::Warn).holds(), InvocationRequested);
    assert_eq!((told.seq, told.action, told.fee), (1, Action::Warn, fee(Action::Warn)));
    assert_eq!((told.invocation, told.expires_at), (fixture.invocation_key(1), due(0) + 60 + TTL));
    let invocation = fixture.invocation(1);
    assert_eq!((invocation.lock_until, invocation.instalment, invocation.is_final), (0, 1, false));
    let notices = fixture.loan().notices;
    assert_eq!((notices.warned_instalment, notices.warn_attempts), (1, 1));
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_warned() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 1).top_up(1_000);
    fixture.request(Action::Warn).breaks(LatchkeyError::NotPastDue);
}

#[test]
fn a_proven_warning_of_an_instalment_is_the_last_one() {
    let mut fixture = LoanFixture::new();
    fixture.fund(100_000_000).holds();
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.fulfil(1);
    assert_eq!(fixture.loan().notices.warn_attempts, 2);
    fixture.request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(due(1)).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(due(1) + 1).request(Action::Warn).holds();
    assert_eq!(fixture.invocation(2).instalment, 2);
}

#[test]
fn hold_and_pause_stop_warnings_until_their_second() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 1);
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
    fixture.at(due(0) + 1).request(Action::Warn).breaks(LatchkeyError::LoanPaidOff);
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    fixture.request(Action::Warn).breaks(LatchkeyError::ChargedOff);
}

#[test]
fn a_receipted_warning_counts_as_notice_and_locks_nothing() {
    let mut fixture = LoanFixture::on(with_notice);
    let asked = due(0) + 1;
    fixture.at(asked).request(Action::Warn).holds();
    assert_eq!(fixture.loan().notices.channels[CAR], Service::default());
    fixture.at(asked + 60).fulfil(1);
    let service = fixture.loan().notices.channels[CAR];
    assert_eq!((service.requested_at, service.served_at), (asked, asked + 60));
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().open_request()), (LockState::UNLOCKED, None));
    let mut fixture = fixture.fall_into_default();
    let matures = asked + 60 + 3 * DAY;
    fixture.at(matures - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(matures).request(Action::Lock).holds();
}

/// A car that was asked to warn at the first second, its keeper at work.
fn warning() -> LoanFixture {
    let mut fixture = LoanFixture::on(with_notice);
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    fixture
}

/// The car's service once the receipt is confirmed, and the keeper is paid.
fn proven(fixture: &mut LoanFixture, now: i64) -> Service {
    fixture.at(now);
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.loan().notices.warn_attempts, 2, "the car has warned");
    fixture.loan().notices.channels[CAR]
}

#[test]
fn a_warning_proven_inside_a_stay_is_no_notice_to_the_second() {
    let (from, until) = (due(0) + 100, due(0) + 200);
    for (now, counts) in
        [(from - 1, true), (from, false), (from + 1, false), (until - 1, false), (until, false)]
    {
        let mut fixture = warning();
        fixture.place_stay(from, until).holds();
        let served_at = proven(&mut fixture, now).served_at;
        assert_eq!(served_at, if counts { now } else { 0 }, "{} from the start of the stay", now - from);
    }
}

#[test]
fn a_warning_proven_after_a_charge_off_is_no_notice() {
    let mut fixture = LoanFixture::on(with_notice);
    let now = due(0) + 120 * DAY;
    fixture.at(now - 1).request(Action::Warn).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    fixture.at(now).charge_off().holds();
    assert_eq!(proven(&mut fixture, now), Service::default());
}

#[test]
fn a_warning_proven_after_a_payoff_or_a_settlement_is_no_notice() {
    let ends: [fn(&mut LoanFixture); 2] =
        [LoanFixture::pay_all, |it| drop(it.settle(SettlementReason::Settlement).holds())];
    for end in ends {
        let mut fixture = warning();
        end(&mut fixture);
        assert_eq!(proven(&mut fixture, due(0) + 2), Service::default());
    }
}

#[test]
fn a_warning_proven_during_a_hold_or_a_pause_is_the_notice_that_the_borrower_had() {
    let quiet: [fn(&mut LoanFixture); 2] =
        [|it| drop(it.place_hold(due(0) + DAY).holds()), |it| drop(it.pause(86_400).holds())];
    for begin in quiet {
        let mut fixture = warning();
        begin(&mut fixture);
        // Nobody keeps a servicer from telling them by letter either.
        assert_eq!(proven(&mut fixture, due(0) + 2).served_at, due(0) + 2);
        fixture.serve_notice().holds();
    }
}

#[test]
fn a_warning_does_not_replace_one_that_counts() {
    let mut fixture = LoanFixture::on(with_notice);
    fixture.fund(100_000_000).holds();
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.fulfil(1);
    let served = fixture.loan().notices.channels;
    fixture.at(due(1) + 1).request(Action::Warn).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.loan().notices.channels, served);
}

#[test]
fn a_warning_leaves_enough_for_the_unlock_that_may_follow() {
    // The escrow holds one fee of each: after a warning and a lock, just the unlock's is left.
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.fulfil(1);
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.available(), fee(Action::Unlock));
    fixture.at(due(1) + 1).request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    fixture.fund(fee(Action::Warn) - 1).holds();
    fixture.request(Action::Warn).breaks(LatchkeyError::EscrowShort);
    fixture.fund(1).holds();
    fixture.request(Action::Warn).holds();
}

#[test]
fn nothing_is_warned_of_while_another_call_is_open_until_it_expires_to_the_second() {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(100_000_000).holds();
    fixture.request(Action::Lock).holds();
    let expires = LoanFixture::default_at() + TTL;
    fixture.at(expires - 1).request(Action::Warn).breaks(LatchkeyError::InvocationOpen);
    fixture.at(expires).request(Action::Warn).holds();
}
