//! Giving a loan up, 120 days past due.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, Scene, due, swap};
use solana_sdk::account::Account;
use solana_sdk::signer::Signer;

use crate::only_event;

/// When a loan that nobody ever paid can be given up.
fn hopeless() -> i64 {
    due(0) + 120 * DAY
}

/// A loan that was given up with its car locked.
fn given_up() -> Scene {
    let mut scene = Scene::locked();
    scene.at(hopeless()).charge_off().holds();
    scene
}

#[test]
fn a_loan_is_given_up_120_days_past_due_to_the_second() {
    let mut scene = Scene::new();
    scene.at(hopeless() - 1).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    let told = only_event!(scene.at(hopeless()).charge_off().holds(), LoanChargedOff);
    assert_eq!((told.loan, told.status_before), (scene.keys.loan, LoanStatus::Active));
    assert_eq!((told.past_due, told.days_past_due, told.at), (10_000, 120, hopeless()));
    assert_eq!(scene.loan().status, LoanStatus::ChargedOff);
    scene.charge_off().breaks(LatchkeyError::ChargedOff);

    let mut later = Scene::defaulted();
    let told = only_event!(later.at(hopeless() + 1).charge_off().holds(), LoanChargedOff);
    assert_eq!((told.status_before, told.days_past_due), (LoanStatus::Defaulted, 120));
}

#[test]
fn the_days_run_from_the_oldest_instalment_that_the_wallet_leaves_unpaid() {
    let mut scene = Scene::new();
    scene.top_up(1_000);
    // Nobody has collected: what lies in the wallet counts all the same.
    scene.at(hopeless()).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    scene.at(due(1) + 120 * DAY - 1).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    scene.at(due(1) + 120 * DAY).charge_off().holds();
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_given_up() {
    let mut scene = Scene::defaulted();
    scene.top_up(10_000);
    scene.at(due(9) + 120 * DAY).charge_off().breaks(LatchkeyError::TooEarlyToChargeOff);
    let mut short = Scene::defaulted();
    short.top_up(9_999);
    short.at(due(9) + 120 * DAY).charge_off().holds();
}

#[test]
fn only_the_true_car_wallet_speaks_for_what_the_borrower_can_pay() {
    let mut scene = Scene::defaulted();
    scene.top_up(10_000);
    scene.at(hopeless());
    let honest = build::charge_off(&scene.keys, scene.servicer.pubkey());
    // Owned by the loan, of the right mint, and empty: everything but the associated account.
    let decoy = scene.stranger.pubkey();
    let mut account: Account = scene.world.svm().get_account(&scene.keys.wallet).unwrap();
    account.data[64..72].fill(0);
    scene.world.svm().set_account(decoy, account).unwrap();
    for fake in [decoy, scene.savings, scene.seller, scene.keys.treasury] {
        let instruction = swap(honest.clone(), &scene.keys.wallet, &fake);
        scene.world.send(&[instruction], &[&scene.servicer]).breaks(LatchkeyError::WrongLoan);
    }
}

#[test]
fn the_lender_gives_up_and_nobody_in_its_name() {
    let mut scene = Scene::new();
    scene.at(hopeless());
    for who in [&scene.borrower, &scene.stranger] {
        let instruction = build::charge_off(&scene.keys, who.pubkey());
        scene.world.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
    }
    let by_authority = build::charge_off(&scene.keys, scene.authority.pubkey());
    scene.world.send(&[by_authority], &[&scene.authority]).holds();
}

#[test]
fn a_loan_that_is_paid_off_is_not_given_up() {
    let mut scene = Scene::new();
    scene.pay_all();
    scene.at(hopeless()).charge_off().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_loan_given_up_has_no_more_late_fees_locks_or_warnings_and_unlocks() {
    let mut scene = given_up();
    scene.fund(100_000_000).holds();
    let fees = scene.loan().ledger.fees;
    assert_eq!(fees, 10 * 25);
    scene.at(hopeless() + 365 * DAY).collect().holds();
    assert_eq!(scene.loan().ledger.fees, fees);
    scene.request(Action::Warn).breaks(LatchkeyError::ChargedOff);
    scene.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    scene.declare_default().breaks(LatchkeyError::NotActive);
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}

#[test]
fn what_is_owed_on_a_loan_given_up_stays_owed_and_can_be_paid() {
    let mut scene = given_up();
    scene.top_up(4_000);
    let told = only_event!(scene.collect().holds(), PaymentApplied);
    assert_eq!((told.principal, told.status_after), (4_000, LoanStatus::ChargedOff));
    scene.close().breaks(LatchkeyError::LoanNotPaidOff);
    scene.pay_all();
    assert_eq!(scene.loan().status, LoanStatus::PaidOff);
}

#[test]
fn the_borrower_unlocks_the_car_of_a_loan_given_up_where_no_keeper_comes() {
    let mut scene = given_up();
    scene.set_keepers(vec![scene.rival.pubkey()]).holds();
    let borrower = scene.borrower.insecure_clone();
    scene.request(Action::Unlock).holds();
    scene.claim(&borrower, 2).holds();
    let receipt = scene.receipt(2);
    scene.confirm(&receipt).holds();
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}
