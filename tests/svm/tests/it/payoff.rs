//! Paying ahead of the schedule, and paying all.

use latchkey::errors::LatchkeyError;
use latchkey::events::PaymentKind;
use latchkey::state::{LoanStatus, Overpayment};
use latchkey_client::instructions as build;
use latchkey_client::quote::quote;
use latchkey_tests_svm::{DAY, LoanFixture, START, due, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_prepayment_lowers_the_principal_and_the_next_instalment_stays_due() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(3_000);
    let told = only_event!(fixture.prepay(3_000).holds(), PaymentApplied);
    assert_eq!((told.kind, told.principal), (PaymentKind::Prepaid, 3_000));
    assert_eq!((told.principal_before, told.principal_after), (10_000, 7_000));
    fixture.at(LoanFixture::default_at()).declare_default().holds();
}

#[test]
fn a_prepayment_pays_ahead_where_the_contract_says_so() {
    let mut fixture = LoanFixture::on(|terms| terms.overpayment = Overpayment::PayAhead);
    fixture.top_up(3_000);
    fixture.prepay(3_000).holds();
    fixture.at(due(3) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(due(3) + 2 * DAY).declare_default().holds();
}

#[test]
fn a_prepayment_comes_after_what_is_due() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).top_up(1_500);
    fixture.prepay(501).breaks(LatchkeyError::WalletTooSmall);
    let told = only_event!(fixture.prepay(500).holds(), PaymentApplied);
    assert_eq!((told.principal, fixture.wallet()), (1_500, 0));
    assert_eq!(fixture.loan().ledger.paid_scheduled, 1_000);
}

#[test]
fn a_prepayment_is_more_than_nothing_and_no_more_than_is_owed() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(20_000);
    fixture.prepay(0).breaks(LatchkeyError::ZeroAmount);
    fixture.prepay(10_001).breaks(LatchkeyError::PrepayExceedsPayoff);
    let told = only_event!(fixture.prepay(10_000).holds(), PaymentApplied);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::PaidOff));
    fixture.prepay(1).breaks(LatchkeyError::LoanPaidOff);
    fixture.pay_off().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_payoff_takes_principal_interest_and_fees_to_the_unit_and_works_while_late() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_bps = 1_800);
    let now = START + 16 * DAY;
    fixture.at(now).declare_default().holds();
    let owed = quote(&fixture.loan(), 0, now).unwrap();
    // 10,000 at 18% for 16 days, and the fees of two late instalments.
    assert_eq!((owed.interest, owed.fees, owed.payoff), (78, 50, 10_128));
    // A wallet that covers all else covers the late instalments too, so that their fees never fall.
    fixture.top_up(10_077);
    fixture.pay_off().breaks(LatchkeyError::WalletTooSmall);
    fixture.top_up(1);
    let told = only_event!(fixture.pay_off().holds(), PaymentApplied);
    assert_eq!((told.kind, told.interest, told.principal), (PaymentKind::PaidOff, 78, 10_000));
    assert_eq!((told.fees, told.late_fees, fixture.wallet()), (0, 0, 0));
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::PaidOff));
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.principal, ledger.interest, ledger.fees), (0, 0, 0));
}

#[test]
fn a_payoff_takes_fees_that_were_charged() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY).collect().holds();
    fixture.top_up(10_024);
    fixture.pay_off().breaks(LatchkeyError::WalletTooSmall);
    fixture.top_up(1);
    let told = only_event!(fixture.pay_off().holds(), PaymentApplied);
    assert_eq!((told.principal, told.fees, fixture.wallet()), (10_000, 25, 0));
}

#[test]
fn a_payoff_quote_holds_to_the_unit_for_its_second() {
    let mut fixture = LoanFixture::on(|terms| (terms.apr_bps, terms.principal) = (3_650, 100_000_000));
    let now = START + 3 * DAY + 1;
    let owed = quote(&fixture.loan(), 0, now).unwrap().payoff;
    fixture.top_up(owed);
    fixture.at(now + 1).pay_off().breaks(LatchkeyError::WalletTooSmall);
    fixture.at(now).pay_off().holds();
    assert_eq!(fixture.wallet(), 0);
}

#[test]
fn only_the_borrower_pays_more_than_is_due() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10_000);
    let thief = fixture.stranger.insecure_clone();
    let prepay = build::prepay(&fixture.keys, thief.pubkey(), 1);
    fixture.chain.send(&[prepay], &[&thief]).breaks(LatchkeyError::NotBorrower);
    let pay_off = build::pay_off(&fixture.keys, thief.pubkey());
    fixture.chain.send(&[pay_off], &[&thief]).breaks(LatchkeyError::NotBorrower);
}

#[test]
fn a_borrower_pays_the_lender_and_nobody_else() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10_000);
    let (keys, seller) = (fixture.keys, fixture.seller);
    for honest in
        [build::prepay(&keys, fixture.borrower.pubkey(), 1), build::pay_off(&keys, fixture.borrower.pubkey())]
    {
        let to_the_seller = swap(honest, &keys.treasury, &seller);
        fixture.chain.send(&[to_the_seller], &[&fixture.borrower]).breaks(LatchkeyError::WrongRecipient);
    }
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.pay_off().breaks(LatchkeyError::WrongLender);
}
