//! Moving the schedule: every due date by one period, with both parties' consent.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, Calendar, LoanStatus, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, WEEK, due};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::event;

/// A loan on terms that grant two extensions, with a change.
fn extensible(change: impl FnOnce(&mut Terms)) -> LoanFixture {
    LoanFixture::on(|terms| {
        terms.max_extensions = 2;
        change(terms);
    })
}

#[test]
fn an_extension_moves_every_date_by_one_period() {
    let mut fixture = extensible(|_| {});
    let told = event!(fixture.extend().holds(), LoanExtended);
    assert_eq!((told.loan, told.extensions_used), (fixture.keys.loan, 1));
    assert_eq!((told.last_due_before, told.last_due_after), (due(9), due(10)));
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::Active));
    let loan = fixture.loan();
    assert_eq!((loan.extensions_used, loan.terms.deferred), (1, 1));
    fixture.at(due(1) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(due(1)).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due(1) + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
}

#[test]
fn extensions_end_where_the_terms_say() {
    let mut fixture = extensible(|_| {});
    fixture.extend().holds();
    fixture.extend().holds();
    fixture.extend().breaks(LatchkeyError::NoExtensionLeft);
    LoanFixture::new().extend().breaks(LatchkeyError::NoExtensionLeft);
}

#[test]
fn a_loan_is_extended_by_both_parties_and_by_neither_alone() {
    let mut fixture = extensible(|_| {});
    let [servicer, borrower, stranger] =
        [&fixture.servicer, &fixture.borrower, &fixture.stranger].map(Keypair::insecure_clone);
    for (lender, owes, rule) in [
        (&servicer, &servicer, LatchkeyError::NotBorrower),
        (&servicer, &stranger, LatchkeyError::NotBorrower),
        (&borrower, &borrower, LatchkeyError::NotServicing),
        (&stranger, &borrower, LatchkeyError::NotServicing),
    ] {
        let instruction = build::extend(&fixture.keys, lender.pubkey(), owes.pubkey(), fixture.agreed_now());
        fixture.chain.send(&[instruction], &[lender, owes]).breaks(rule);
    }
}

#[test]
fn what_is_no_longer_past_due_ends_the_default_and_its_notice_counts_no_more() {
    let mut fixture = extensible(|terms| {
        (terms.notice_secs, terms.min_channels, terms.notice_max_age_secs) = (60, 1, 30 * 86_400);
    });
    fixture.at(due(0)).serve_notice().holds();
    let mut fixture = fixture.fall_into_default();
    fixture.fund(100_000_000).holds();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let told = event!(fixture.extend().holds(), LoanExtended);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::Active));
    fixture.unlock();
    fixture.at(due(1)).request(Action::Warn).breaks(LatchkeyError::TooEarlyToWarn);
    fixture.at(due(1) + 1).request(Action::Warn).holds();
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
}

#[test]
fn an_extension_is_of_the_loan_as_it_was_when_both_agreed_and_in_time() {
    let mut fixture = extensible(|_| {});
    let [servicer, borrower] = [&fixture.servicer, &fixture.borrower].map(Keypair::insecure_clone);
    let agreed = build::Agreed { revision: 0, deadline: START + 100 };
    let extension = build::extend(&fixture.keys, servicer.pubkey(), borrower.pubkey(), agreed);
    let both = [&servicer, &borrower];
    fixture
        .at(START + 101)
        .chain
        .send(std::slice::from_ref(&extension), &both)
        .breaks(LatchkeyError::DeadlinePassed);
    fixture.at(START + 100).chain.send(std::slice::from_ref(&extension), &both).holds();
    assert_eq!(fixture.loan().revision, 1);
    fixture.chain.send(&[extension], &both).breaks(LatchkeyError::RevisionChanged);
}

#[test]
fn a_default_two_instalments_deep_is_not_cured_by_one_period() {
    let mut fixture = extensible(|_| {});
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.extend().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Defaulted);
    fixture.extend().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Active);
}

#[test]
fn a_late_fee_falls_once_for_an_instalment_that_falls_due_twice() {
    let mut fixture = extensible(|_| {});
    fixture.at(due(0) + DAY).collect().holds();
    fixture.extend().holds();
    fixture.at(due(1) + DAY).collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 25);
    fixture.at(due(2) + DAY).collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 50);
}

/// 31 January, 28 February, 31 March 2027, in days from the first of January.
const ENDS: [i64; 3] = [30, 58, 89];

#[test]
fn a_schedule_of_months_keeps_its_day_through_a_short_month() {
    let mut fixture = extensible(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::months(1, 31, 0), START + ENDS[0] * DAY);
    });
    for end in &ENDS[1..] {
        fixture.extend().holds();
        let due = START + end * DAY;
        fixture.at(due - 1).declare_default().breaks(LatchkeyError::NotPastDue);
        fixture.at(due).declare_default().breaks(LatchkeyError::GraceNotOver);
        fixture.at(due + 1).declare_default().breaks(LatchkeyError::GraceNotOver);
        fixture.at(START);
    }
    // The 28th was a clamped 31st: the next instalment is due on 30 April, not on the 28th.
    fixture.top_up(1_000);
    fixture.at(START + ENDS[2] * DAY).collect().holds();
    let april = START + 119 * DAY;
    fixture.at(april - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(april).declare_default().breaks(LatchkeyError::GraceNotOver);
}

#[test]
fn an_extension_does_not_stretch_a_schedule_past_fifty_years() {
    let mut fixture = extensible(|terms| {
        terms.first_due = START + latchkey::rules::terms::MAX_TERM_SECS - 10 * WEEK;
    });
    fixture.extend().holds();
    fixture.extend().breaks(LatchkeyError::TermsTooLong);
}

#[test]
fn a_loan_that_is_paid_off_or_given_up_is_not_extended() {
    let mut paid = extensible(|_| {});
    paid.pay_all();
    paid.extend().breaks(LatchkeyError::LoanPaidOff);
    let mut given_up = extensible(|_| {});
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.extend().breaks(LatchkeyError::ChargedOff);
}
