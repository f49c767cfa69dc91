//! Waiving late fees.

use latchkey::errors::LatchkeyError;
use latchkey::state::{LoanStatus, Overpayment};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, due};
use solana_sdk::signer::Signer;

use crate::event;

/// A loan with one late fee of 25 on its books.
fn late() -> LoanFixture {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY).collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 25);
    fixture
}

#[test]
fn fees_are_waived_in_part_and_to_the_last_unit() {
    let mut fixture = late();
    for (amount, before, after) in [(10, 25, 15), (15, 15, 0)] {
        let told = event!(fixture.waive_fees(amount).holds(), FeesWaived);
        assert_eq!((told.loan, told.amount), (fixture.keys.loan, amount));
        assert_eq!((told.before, told.after, fixture.loan().ledger.fees), (before, after, after));
        assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::Active));
    }
    // The instalment is not charged again.
    fixture.collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 0);
}

#[test]
fn no_more_is_waived_than_was_charged_and_no_less_than_something() {
    let mut fixture = late();
    for (amount, rule) in [
        (0, LatchkeyError::ZeroAmount),
        (26, LatchkeyError::WaiverTooLarge),
        (u64::MAX, LatchkeyError::WaiverTooLarge),
    ] {
        fixture.waive_fees(amount).breaks(rule);
    }
    let mut current = LoanFixture::new();
    current.waive_fees(1).breaks(LatchkeyError::WaiverTooLarge);
    // A waiver looks first: it is about what is charged by now.
    current.at(due(0) + DAY - 1).waive_fees(1).breaks(LatchkeyError::WaiverTooLarge);
    current.at(due(0) + DAY).waive_fees(25).holds();
}

#[test]
fn the_lender_waives_and_nobody_else() {
    let mut fixture = late();
    for who in [&fixture.borrower, &fixture.stranger] {
        let instruction = build::waive_fees(&fixture.keys, who.pubkey(), 1);
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
    }
    let by_authority = build::waive_fees(&fixture.keys, fixture.authority.pubkey(), 1);
    fixture.chain.send(&[by_authority], &[&fixture.authority]).holds();
}

#[test]
fn a_loan_that_owes_nothing_but_fees_is_paid_off_by_a_waiver() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.count, terms.overpayment) = (1, Overpayment::ReducePrincipal);
    });
    fixture.at(due(0) + DAY).collect().holds();
    fixture.top_up(10_000);
    fixture.collect().holds();
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.principal, ledger.fees, fixture.loan().status), (0, 25, LoanStatus::Active));
    let told = event!(fixture.waive_fees(25).holds(), FeesWaived);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::PaidOff));
    fixture.waive_fees(1).breaks(LatchkeyError::LoanPaidOff);
    fixture.close().holds();
}

#[test]
fn a_waiver_never_touches_principal_or_interest() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 180_000);
    fixture.at(due(0) + DAY).collect().holds();
    let before = fixture.loan().ledger;
    fixture.waive_fees(25).holds();
    let after = fixture.loan().ledger;
    assert_eq!((after.principal, after.interest), (before.principal, before.interest));
    assert_eq!(after.fees_paid, 0);
}
