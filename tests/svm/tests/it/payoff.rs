//! Paying ahead of the schedule, and paying all.

use latchkey::errors::LatchkeyError;
use latchkey::events::PaymentKind;
use latchkey::state::{LoanStatus, Overpayment};
use latchkey_client::instructions as build;
use latchkey_client::quote::quote;
use latchkey_tests_svm::{DAY, LoanFixture, START, due, swap};
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_prepayment_lowers_the_principal_and_the_next_instalment_stays_due() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(3_000);
    let told = event!(fixture.prepay(3_000).holds(), PaymentApplied);
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
    let told = event!(fixture.prepay(500).holds(), PaymentApplied);
    assert_eq!((told.principal, told.unsent, fixture.free()), (1_500, 1_500, 0));
    assert_eq!(fixture.loan().ledger.paid_scheduled, 1_000);
}

#[test]
fn a_prepayment_is_more_than_nothing_and_no_more_than_is_owed() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(20_000);
    fixture.prepay(0).breaks(LatchkeyError::ZeroAmount);
    fixture.prepay(10_001).breaks(LatchkeyError::PrepayExceedsPayoff);
    fixture.prepay_and_fees(10_000, 1).breaks(LatchkeyError::PrepayExceedsPayoff);
    let told = event!(fixture.prepay(10_000).holds(), PaymentApplied);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::PaidOff));
    fixture.prepay(1).breaks(LatchkeyError::LoanPaidOff);
    fixture.pay_off().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_borrower_pays_fees_before_the_schedule_ends_if_they_say_so() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY).collect().holds();
    fixture.top_up(1_025);
    fixture.prepay_and_fees(0, 26).breaks(LatchkeyError::WalletTooSmall);
    let told = event!(fixture.prepay_and_fees(0, 25).holds(), PaymentApplied);
    assert_eq!((told.principal, told.fees, told.unsent), (1_000, 25, 1_025));
    assert_eq!((fixture.loan().ledger.fees, fixture.loan().ledger.fees_paid), (0, 25));
}

#[test]
fn a_payoff_takes_principal_interest_and_fees_to_the_unit_and_works_while_late() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 180_000);
    let now = START + 16 * DAY;
    fixture.at(now).declare_default().holds();
    let owed = quote(&fixture.loan(), 0, now).unwrap();
    // 10,000 at 18 % for 16 days, and the fees of two late instalments, which the default has stored.
    assert_eq!((owed.interest, owed.fees, owed.payoff), (78, 50, 10_128));
    fixture.top_up(10_127);
    // What is missing nobody brings.
    fixture.pay_off().breaks(LatchkeyError::PayerTokensMissing);
    fixture.top_up(1);
    let told = event!(fixture.pay_off().holds(), PaymentApplied);
    assert_eq!((told.kind, told.interest, told.principal), (PaymentKind::PaidOff, 78, 10_000));
    assert_eq!((told.fees, told.late_fees, told.unsent), (50, 0, 10_128));
    assert_eq!((fixture.wallet(), fixture.free()), (10_128, 0));
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::PaidOff));
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.principal, ledger.interest, ledger.fees), (0, 0, 0));
}

#[test]
fn a_payoff_quote_holds_to_the_unit_for_its_second() {
    let mut fixture = LoanFixture::on(|terms| (terms.apr_ppm, terms.principal) = (365_000, 100_000_000));
    let now = START + 3 * DAY + 1;
    let owed = quote(&fixture.loan(), 0, now).unwrap().payoff;
    fixture.top_up(owed);
    fixture.at(now + 1).pay_off().breaks(LatchkeyError::PayerTokensMissing);
    fixture.at(now).pay_off().holds();
    assert_eq!((fixture.wallet(), fixture.free()), (owed, 0));
}

#[test]
fn a_borrowers_savings_bring_what_the_wallet_lacks() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(4_000);
    let (savings, borrower) = (fixture.chain.tokens(&fixture.savings), fixture.borrower.insecure_clone());
    let account = fixture.savings;
    fixture.pay_off_by(&borrower, Some(account)).holds();
    assert_eq!(fixture.chain.tokens(&fixture.savings), savings - 6_000);
    assert_eq!((fixture.loan().status, fixture.unsent()), (LoanStatus::PaidOff, 10_000));
}

#[test]
fn only_the_borrower_takes_more_than_is_due_out_of_the_wallet() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10_000);
    let thief = fixture.stranger.insecure_clone();
    let prepay = build::prepay(&fixture.keys, thief.pubkey(), 1, 0);
    fixture.chain.send(&[prepay], &[&thief]).breaks(LatchkeyError::NotBorrower);
    fixture.pay_off_by(&thief, None).breaks(LatchkeyError::PayerTokensMissing);
}

#[test]
fn a_stranger_pays_a_loan_off_with_money_of_their_own() {
    let mut fixture = LoanFixture::locked();
    let stranger = fixture.stranger.insecure_clone();
    let purse = fixture.money.open(&mut fixture.chain, &stranger.pubkey(), 50_000);
    fixture.top_up(3_000);
    let told = event!(fixture.pay_off_by(&stranger, Some(purse)).holds(), PaymentApplied);
    // 1,000 was due and came from the wallet; the borrower keeps the other 2,000.
    assert_eq!((told.principal, told.status_after), (10_000, LoanStatus::PaidOff));
    let fees = fixture.loan().ledger.fees_paid;
    assert_eq!(fixture.chain.tokens(&purse), 50_000 - 9_000 - fees);
    assert_eq!(fixture.free(), 2_000);
    fixture.unlock();
    fixture.withdraw_surplus(2_000).holds();
    fixture.close().holds();
}

#[test]
fn a_stranger_spends_nobody_elses_money_on_a_payoff() {
    let mut fixture = LoanFixture::new();
    let stranger = fixture.stranger.insecure_clone();
    let savings = fixture.savings;
    let not_the_owner = 4;
    fixture.pay_off_by(&stranger, Some(savings)).breaks_elsewhere(not_the_owner);
    let treasury = fixture.keys.treasury;
    fixture.pay_off_by(&stranger, Some(treasury)).breaks_elsewhere(not_the_owner);
}

#[test]
fn a_loan_is_paid_off_with_its_own_lender_and_wallet() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10_000);
    let honest = build::pay_off(&fixture.keys, fixture.borrower.pubkey(), None);
    let wallet = fixture.keys.wallet;
    let from_savings = swap(honest, &wallet, &fixture.savings);
    fixture.chain.send(&[from_savings], &[&fixture.borrower]).breaks(LatchkeyError::WrongLoan);
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.pay_off().breaks(LatchkeyError::WrongLender);
}
