//! Charging a loan off, 120 days past due.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, due, swap};
use solana_sdk::account::Account;
use solana_sdk::signer::Signer;

use crate::event;

/// When a loan without any payment can be charged off.
fn hopeless() -> i64 {
    due(0) + 120 * DAY
}

/// A loan that was charged off with its car locked.
fn given_up() -> LoanFixture {
    let mut fixture = LoanFixture::locked();
    fixture.at(hopeless()).charge_off().holds();
    fixture
}

#[test]
fn a_loan_is_given_up_120_days_past_due_to_the_second() {
    let mut fixture = LoanFixture::new();
    fixture.at(hopeless() - 1).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    let told = event!(fixture.at(hopeless()).charge_off().holds(), LoanChargedOff);
    assert_eq!((told.loan, told.status_before), (fixture.keys.loan, LoanStatus::Active));
    assert_eq!((told.past_due, told.days_past_due, told.at), (10_000, 120, hopeless()));
    assert_eq!(fixture.loan().status, LoanStatus::ChargedOff);
    fixture.charge_off().breaks(LatchkeyError::ChargedOff);

    let mut later = LoanFixture::defaulted();
    let told = event!(later.at(hopeless() + 1).charge_off().holds(), LoanChargedOff);
    assert_eq!((told.status_before, told.days_past_due), (LoanStatus::Defaulted, 120));
}

#[test]
fn the_days_run_from_the_oldest_instalment_that_the_wallet_leaves_unpaid() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_000);
    // Money in the wallet counts before it is collected.
    fixture.at(hopeless()).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    fixture.at(due(1) + 120 * DAY - 1).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    fixture.at(due(1) + 120 * DAY).charge_off().holds();
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_given_up() {
    let mut fixture = LoanFixture::defaulted();
    fixture.top_up(10_000);
    fixture.at(due(9) + 120 * DAY).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    let mut short = LoanFixture::defaulted();
    short.top_up(9_999);
    short.at(due(9) + 120 * DAY).charge_off().holds();
}

#[test]
fn only_the_true_car_wallet_speaks_for_what_the_borrower_can_pay() {
    let mut fixture = LoanFixture::defaulted();
    fixture.top_up(10_000);
    fixture.at(hopeless());
    let honest = build::charge_off(&fixture.keys, fixture.authority.pubkey());
    // Owned by the loan, of the right mint, and empty: everything but the associated account.
    let decoy = fixture.stranger.pubkey();
    let mut account: Account = fixture.chain.svm().get_account(&fixture.keys.wallet).unwrap();
    account.data[64..72].fill(0);
    fixture.chain.svm().set_account(decoy, account).unwrap();
    for fake in [decoy, fixture.savings, fixture.seller, fixture.keys.treasury] {
        let instruction = swap(honest.clone(), &fixture.keys.wallet, &fake);
        fixture.chain.send(&[instruction], &[&fixture.authority]).breaks(LatchkeyError::WrongLoan);
    }
}

#[test]
fn the_lender_gives_up_and_nobody_in_its_name() {
    let mut fixture = LoanFixture::new();
    fixture.at(hopeless());
    for who in [&fixture.borrower, &fixture.stranger, &fixture.servicer] {
        let instruction = build::charge_off(&fixture.keys, who.pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    let by_authority = build::charge_off(&fixture.keys, fixture.authority.pubkey());
    fixture.chain.send(&[by_authority], &[&fixture.authority]).holds();
}

#[test]
fn a_loan_that_is_paid_off_is_not_given_up() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.at(hopeless()).charge_off().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_loan_given_up_has_no_more_late_fees_locks_or_warnings_and_unlocks() {
    let mut fixture = given_up();
    fixture.fund(100_000_000).holds();
    let fees = fixture.loan().ledger.fees;
    assert_eq!(fees, 10 * 25);
    fixture.at(hopeless() + 365 * DAY).collect().holds();
    assert_eq!(fixture.loan().ledger.fees, fees);
    fixture.request(Action::Warn).breaks(LatchkeyError::ChargedOff);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn what_is_owed_on_a_loan_given_up_stays_owed_and_can_be_paid() {
    let mut fixture = given_up();
    fixture.top_up(4_000);
    let told = event!(fixture.collect().holds(), PaymentApplied);
    assert_eq!((told.principal, told.status_after), (4_000, LoanStatus::ChargedOff));
    fixture.close().breaks(LatchkeyError::LoanNotPaidOff);
    fixture.pay_all();
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
}

#[test]
fn the_borrower_unlocks_the_car_of_a_loan_given_up_where_no_keeper_comes() {
    let mut fixture = given_up();
    fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
    let borrower = fixture.borrower.insecure_clone();
    fixture.request(Action::Unlock).holds();
    let receipt = fixture.receipt(2);
    fixture.confirm_by(&borrower, &receipt).holds();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}
