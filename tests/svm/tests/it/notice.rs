//! Notice to the borrower before a lock: by channels, a first one and a final one.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus, NoticeChannels, Service, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, due};
use solana_sdk::signer::Signer;

use crate::only_event;

const MAIL: u8 = NoticeChannels::MAIL;
const EMAIL: u8 = NoticeChannels::EMAIL;
const TEXT: u8 = NoticeChannels::TEXT;

/// Three days of notice by one channel, which counts for 30 days.
fn three_days(terms: &mut Terms) {
    terms.notice_secs = 3 * 86_400;
    terms.min_channels = 1;
    terms.notice_max_age_secs = 30 * 86_400;
}

/// The same by two channels, and a final notice at least two days after it and two days before the lock.
fn with_a_final_one(terms: &mut Terms) {
    three_days(terms);
    terms.min_channels = 2;
    terms.final_notice_secs = 2 * 86_400;
}

/// A loan on terms with a change, in default, with lamports for many calls.
fn defaulted(change: fn(&mut Terms)) -> LoanFixture {
    let mut fixture = LoanFixture::on(change).fall_into_default();
    fixture.fund(1_000_000_000).holds();
    fixture
}

#[test]
fn a_lock_waits_for_a_served_notice_to_mature_to_the_second() {
    let mut fixture = defaulted(three_days);
    let served = LoanFixture::default_at();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    let told = only_event!(fixture.serve_notice().holds(), NoticeServed);
    assert_eq!((told.loan, told.at, told.matures_at), (fixture.keys.loan, served, Some(served + 3 * DAY)));
    assert_eq!((told.channels, told.evidence, told.is_final), (MAIL, [9; 32], false));
    assert_eq!(fixture.loan().notices.channels[0], Service::at(served));
    fixture.at(served + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(served + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn notice_is_served_by_the_lender_alone() {
    let mut fixture = defaulted(three_days);
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
    let mut can_pay = LoanFixture::new();
    can_pay.top_up(1_000);
    can_pay.at(due(0)).serve_notice().breaks(LatchkeyError::NotPastDue);
    fixture.pay_all();
    fixture.serve_notice().breaks(LatchkeyError::LoanPaidOff);
    let mut given_up = LoanFixture::new();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.serve_notice().breaks(LatchkeyError::ChargedOff);
}

#[test]
fn a_second_notice_neither_restarts_nor_backdates_the_first() {
    let mut fixture = defaulted(three_days);
    fixture.serve_notice().holds();
    let served = fixture.loan().notices;
    fixture.serve_notice().breaks(LatchkeyError::NoticeInForce);
    // Beside a channel that is new, the old one stays as it is.
    let now = LoanFixture::default_at() + DAY;
    fixture.at(now).serve_notice_by(MAIL | EMAIL).holds();
    let notices = fixture.loan().notices;
    assert_eq!((notices.channels[0], notices.channels[1]), (served.channels[0], Service::at(now)));
}

#[test]
fn a_notice_names_known_channels_and_never_the_car() {
    let mut fixture = defaulted(three_days);
    for channels in [0, NoticeChannels::CAR, MAIL | NoticeChannels::CAR, 64, 128] {
        fixture.serve_notice_by(channels).breaks(LatchkeyError::InvalidChannels);
    }
    fixture.serve_notice_by(NoticeChannels::ALL & !NoticeChannels::CAR).holds();
}

#[test]
fn a_notice_is_complete_with_the_channel_that_makes_up_the_number() {
    let mut fixture = defaulted(|terms| {
        three_days(terms);
        terms.min_channels = 2;
    });
    let first = LoanFixture::default_at();
    let told = only_event!(fixture.serve_notice_by(MAIL).holds(), NoticeServed);
    assert_eq!(told.matures_at, None);
    fixture.at(first + 3 * DAY).request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    let second = first + 4 * DAY;
    let told = only_event!(fixture.at(second).serve_notice_by(TEXT).holds(), NoticeServed);
    assert_eq!(told.matures_at, Some(second + 3 * DAY));
    fixture.at(second + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(second + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_further_channel_does_not_put_the_lock_off() {
    let mut fixture = defaulted(three_days);
    fixture.serve_notice_by(MAIL).holds();
    fixture.at(LoanFixture::default_at() + 2 * DAY).serve_notice_by(EMAIL).holds();
    fixture.at(LoanFixture::default_at() + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn the_cars_own_warning_is_a_channel_like_any_other() {
    let mut fixture = LoanFixture::on(|terms| {
        three_days(terms);
        terms.min_channels = 2;
    });
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.fulfil(1);
    let car = fixture.loan().notices.channels[5];
    assert_eq!((car.requested_at, car.served_at), (due(0) + 1, due(0) + 1));
    fixture.at(due(0) + 10).serve_notice_by(MAIL).holds();
    let mut fixture = fixture.fall_into_default();
    fixture.at(due(0) + 10 + 3 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(due(0) + 10 + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_cure_ends_the_notice_and_the_next_delinquency_needs_its_own() {
    let mut fixture = defaulted(three_days);
    fixture.serve_notice().holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn a_notice_of_what_was_paid_since_is_none_of_what_is_past_due_now() {
    let mut fixture = LoanFixture::on(three_days);
    fixture.at(due(0)).serve_notice().holds();
    // Paid by a plain transfer that nobody collected before the next instalment fell due.
    fixture.top_up(1_000);
    fixture.at(due(1) + 4 * DAY).declare_default().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Defaulted);
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice().holds();
    fixture.at(due(1) + 7 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(due(1) + 7 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_notice_counts_until_it_is_too_old_to_the_second_and_can_then_be_served_again() {
    let served = LoanFixture::default_at();
    let ages_out = served + 30 * DAY;
    for (now, counts) in [(ages_out - 1, true), (ages_out, false), (ages_out + 1, false)] {
        let mut fixture = defaulted(three_days);
        fixture.serve_notice().holds();
        let lock = fixture.at(now).request(Action::Lock);
        if counts {
            lock.holds();
            fixture.serve_notice().breaks(LatchkeyError::NoticeInForce);
        } else {
            lock.breaks(LatchkeyError::NoticeNotServed);
            fixture.serve_notice().holds();
            assert_eq!(fixture.loan().notices.channels[0], Service::at(now));
        }
    }
}

#[test]
fn the_renewal_of_a_lock_ignores_the_age_of_its_notice() {
    let mut fixture = defaulted(three_days);
    fixture.serve_notice().holds();
    let locked = LoanFixture::default_at() + 20 * DAY;
    fixture.at(locked).request(Action::Lock).holds();
    fixture.fulfil(1);
    // The lock stands for 30 days; the notice is too old after 10 of them.
    fixture.at(locked + 20 * DAY).request(Action::Lock).holds();
    fixture.fulfil(2);
    // One that ran out is no renewal.
    fixture.at(locked + 50 * DAY).request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn where_default_comes_first_a_notice_before_it_is_refused_to_the_second() {
    let mut fixture = LoanFixture::on(|terms| {
        three_days(terms);
        terms.notice_after_default = true;
    });
    let default = LoanFixture::default_at();
    fixture.at(default - 1).serve_notice().breaks(LatchkeyError::NoticeBeforeDefault);
    // A warning before default is none either.
    fixture.request(Action::Warn).holds();
    fixture.fulfil(1);
    fixture.at(default).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice().holds();
    fixture.at(default + 3 * DAY).request(Action::Lock).holds();
}

#[test]
fn a_final_notice_comes_its_time_after_the_first_and_before_the_lock_to_the_second() {
    let mut fixture = defaulted(with_a_final_one);
    let complete = LoanFixture::default_at();
    fixture.serve_notice_by(MAIL | EMAIL).holds();
    fixture.serve_notice_by(TEXT).breaks(LatchkeyError::FinalNoticeTooEarly);
    fixture.at(complete + 2 * DAY - 1).serve_notice().breaks(LatchkeyError::FinalNoticeTooEarly);
    // The first notice has matured, and the final one is still missing.
    fixture.at(complete + 3 * DAY).request(Action::Lock).breaks(LatchkeyError::FinalNoticeNotServed);
    let last = complete + 4 * DAY;
    let told = only_event!(fixture.at(last).serve_notice().holds(), NoticeServed);
    assert_eq!((told.is_final, told.matures_at), (true, Some(last + 2 * DAY)));
    assert_eq!(fixture.loan().notices.final_notice, Service::at(last));
    fixture.serve_notice_by(TEXT).breaks(LatchkeyError::NoticeInForce);
    fixture.at(last + 2 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(last + 2 * DAY).request(Action::Lock).holds();
}

#[test]
fn the_car_gives_the_final_notice_too() {
    let mut fixture = defaulted(with_a_final_one);
    let complete = LoanFixture::default_at();
    fixture.serve_notice_by(MAIL | EMAIL).holds();
    let last = complete + 2 * DAY;
    fixture.at(last - 1).request(Action::Warn).holds();
    assert!(!fixture.invocation(1).is_final);
    fixture.fulfil(1);
    fixture.at(last).request(Action::Warn).holds();
    assert!(fixture.invocation(2).is_final);
    fixture.fulfil(2);
    assert_eq!(fixture.loan().notices.final_notice.served_at, last);
    fixture.request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(last + 2 * DAY - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(last + 2 * DAY).request(Action::Lock).holds();
}

#[test]
fn the_notice_of_another_lenders_loan_is_not_ones_own_to_serve() {
    let mut fixture = defaulted(three_days);
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.serve_notice().breaks(LatchkeyError::WrongLender);
}
