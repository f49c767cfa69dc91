//! Paying ahead of the schedule, and paying all.

use latchkey::errors::LatchkeyError;
use latchkey::events::PaymentKind;
use latchkey::state::{LoanStatus, Overpayment};
use latchkey_client::instructions as build;
use latchkey_client::quote::quote;
use latchkey_tests_svm::{DAY, START, Scene, due, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_prepayment_lowers_the_principal_and_the_next_instalment_stays_due() {
    let mut scene = Scene::new();
    scene.top_up(3_000);
    let told = only_event!(scene.prepay(3_000).holds(), PaymentApplied);
    assert_eq!((told.kind, told.principal), (PaymentKind::Prepaid, 3_000));
    assert_eq!((told.principal_before, told.principal_after), (10_000, 7_000));
    scene.at(Scene::default_at()).declare_default().holds();
}

#[test]
fn a_prepayment_pays_ahead_where_the_contract_says_so() {
    let mut scene = Scene::on(|terms| terms.overpayment = Overpayment::PayAhead);
    scene.top_up(3_000);
    scene.prepay(3_000).holds();
    scene.at(due(3) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    scene.at(due(3) + 2 * DAY).declare_default().holds();
}

#[test]
fn a_prepayment_comes_after_what_is_due() {
    let mut scene = Scene::new();
    scene.at(due(0)).top_up(1_500);
    scene.prepay(501).breaks(LatchkeyError::WalletTooSmall);
    let told = only_event!(scene.prepay(500).holds(), PaymentApplied);
    assert_eq!((told.principal, scene.wallet()), (1_500, 0));
    assert_eq!(scene.loan().ledger.paid_scheduled, 1_000);
}

#[test]
fn a_prepayment_is_more_than_nothing_and_no_more_than_is_owed() {
    let mut scene = Scene::new();
    scene.top_up(20_000);
    scene.prepay(0).breaks(LatchkeyError::ZeroAmount);
    scene.prepay(10_001).breaks(LatchkeyError::PrepayExceedsPayoff);
    let told = only_event!(scene.prepay(10_000).holds(), PaymentApplied);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Active, LoanStatus::PaidOff));
    scene.prepay(1).breaks(LatchkeyError::LoanPaidOff);
    scene.pay_off().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn a_payoff_takes_principal_interest_and_fees_to_the_unit_and_works_while_late() {
    let mut scene = Scene::on(|terms| terms.apr_bps = 1_800);
    let now = START + 16 * DAY;
    scene.at(now).declare_default().holds();
    let owed = quote(&scene.loan(), 0, now).unwrap();
    // 10,000 at 18% for 16 days, and the fees of two late instalments.
    assert_eq!((owed.interest, owed.fees, owed.payoff), (78, 50, 10_128));
    // A wallet that covers all else covers the late instalments too, so that their fees never fall.
    scene.top_up(10_077);
    scene.pay_off().breaks(LatchkeyError::WalletTooSmall);
    scene.top_up(1);
    let told = only_event!(scene.pay_off().holds(), PaymentApplied);
    assert_eq!((told.kind, told.interest, told.principal), (PaymentKind::PaidOff, 78, 10_000));
    assert_eq!((told.fees, told.late_fees, scene.wallet()), (0, 0, 0));
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::PaidOff));
    let ledger = scene.loan().ledger;
    assert_eq!((ledger.principal, ledger.interest, ledger.fees), (0, 0, 0));
}

#[test]
fn a_payoff_takes_fees_that_were_charged() {
    let mut scene = Scene::new();
    scene.at(due(0) + DAY).collect().holds();
    scene.top_up(10_024);
    scene.pay_off().breaks(LatchkeyError::WalletTooSmall);
    scene.top_up(1);
    let told = only_event!(scene.pay_off().holds(), PaymentApplied);
    assert_eq!((told.principal, told.fees, scene.wallet()), (10_000, 25, 0));
}

#[test]
fn a_payoff_quote_holds_to_the_unit_for_its_second() {
    let mut scene = Scene::on(|terms| (terms.apr_bps, terms.principal) = (3_650, 100_000_000));
    let now = START + 3 * DAY + 1;
    let owed = quote(&scene.loan(), 0, now).unwrap().payoff;
    scene.top_up(owed);
    scene.at(now + 1).pay_off().breaks(LatchkeyError::WalletTooSmall);
    scene.at(now).pay_off().holds();
    assert_eq!(scene.wallet(), 0);
}

#[test]
fn only_the_borrower_pays_more_than_is_due() {
    let mut scene = Scene::new();
    scene.top_up(10_000);
    let thief = scene.stranger.insecure_clone();
    let prepay = build::prepay(&scene.keys, thief.pubkey(), 1);
    scene.world.send(&[prepay], &[&thief]).breaks(LatchkeyError::NotBorrower);
    let pay_off = build::pay_off(&scene.keys, thief.pubkey());
    scene.world.send(&[pay_off], &[&thief]).breaks(LatchkeyError::NotBorrower);
}

#[test]
fn a_borrower_pays_the_lender_and_nobody_else() {
    let mut scene = Scene::new();
    scene.top_up(10_000);
    let (keys, seller) = (scene.keys, scene.seller);
    for honest in
        [build::prepay(&keys, scene.borrower.pubkey(), 1), build::pay_off(&keys, scene.borrower.pubkey())]
    {
        let to_the_seller = swap(honest, &keys.treasury, &seller);
        scene.world.send(&[to_the_seller], &[&scene.borrower]).breaks(LatchkeyError::WrongRecipient);
    }
    let another = scene.stranger.pubkey();
    scene.edit_loan(|loan| loan.lender = another);
    scene.pay_off().breaks(LatchkeyError::WrongLender);
}
