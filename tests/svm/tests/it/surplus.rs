//! Taking back what is not due.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::rules::ledger::Position;
use latchkey::state::{LoanStatus, Waterfall};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, Money, Scene, due, person, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_borrower_takes_back_all_of_it_while_nothing_is_due() {
    let mut scene = Scene::new();
    let savings = scene.world.tokens(&scene.savings);
    scene.top_up(700);
    let told = only_event!(scene.withdraw_surplus(200).holds(), SurplusWithdrawn);
    assert_eq!((told.loan, told.amount, told.before, told.after), (scene.keys.loan, 200, 700, 500));
    scene.withdraw_surplus(501).breaks(LatchkeyError::NotSurplus);
    scene.withdraw_surplus(500).holds();
    assert_eq!((scene.wallet(), scene.loan().ledger.withdrawn), (0, 700));
    assert_eq!(scene.world.tokens(&scene.savings), savings);
}

#[test]
fn what_is_due_stays_in_the_wallet_from_its_second() {
    let mut scene = Scene::new();
    scene.top_up(1_500);
    scene.at(due(0)).withdraw_surplus(501).breaks(LatchkeyError::NotSurplus);
    scene.withdraw_surplus(500).holds();
    scene.withdraw_surplus(1).breaks(LatchkeyError::NotSurplus);
    scene.collect().holds();
    assert_eq!((scene.wallet(), scene.loan().ledger.paid_scheduled), (0, 1_000));

    let mut before = Scene::new();
    before.top_up(1_500);
    before.at(due(0) - 1).withdraw_surplus(1_500).holds();
}

#[test]
fn fees_stay_in_the_wallet_too_whatever_the_waterfall() {
    for waterfall in [Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal] {
        let mut scene = Scene::on(|terms| terms.waterfall = waterfall);
        scene.at(due(0) + DAY).collect().holds();
        scene.top_up(1_100);
        scene.withdraw_surplus(76).breaks(LatchkeyError::NotSurplus);
        scene.withdraw_surplus(75).holds();
        scene.collect().holds();
        let ledger = scene.loan().ledger;
        assert_eq!((scene.wallet(), ledger.fees, ledger.paid_scheduled), (0, 0, 1_000));
    }
}

#[test]
fn a_withdrawal_leaves_what_a_collection_in_the_same_second_takes() {
    let mut scene = Scene::on(|terms| (terms.apr_bps, terms.principal) = (1_800, 10_000));
    for day in [8, 9, 20, 75, 100] {
        let now = due(0) + day * DAY;
        scene.at(now).top_up(3_000);
        let due = Position::at(&scene.loan(), scene.wallet(), now).unwrap().due().unwrap();
        let surplus = scene.wallet().saturating_sub(due);
        scene.withdraw_surplus(surplus + 1).breaks(LatchkeyError::NotSurplus);
        if surplus > 0 {
            scene.withdraw_surplus(surplus).holds();
        }
        let left = scene.wallet();
        let taken = only_event!(scene.collect().holds(), PaymentApplied);
        assert_eq!((taken.interest + taken.principal + taken.fees, scene.wallet()), (left, 0), "day {day}");
        assert_eq!(left, due.min(left + surplus));
    }
}

#[test]
fn a_paid_off_loan_gives_all_of_it_back() {
    let mut scene = Scene::new();
    scene.pay_all();
    scene.top_up(77);
    assert_eq!(scene.loan().status, LoanStatus::PaidOff);
    scene.withdraw_surplus(78).breaks(LatchkeyError::NotSurplus);
    scene.withdraw_surplus(77).holds();
    scene.close().holds();
}

#[test]
fn nothing_is_no_withdrawal() {
    let mut scene = Scene::new();
    scene.top_up(10);
    scene.withdraw_surplus(0).breaks(LatchkeyError::ZeroAmount);
    scene.withdraw_surplus(u64::MAX).breaks(LatchkeyError::NotSurplus);
}

#[test]
fn a_surplus_is_the_borrowers_and_goes_to_the_borrower() {
    let mut scene = Scene::new();
    scene.top_up(100);
    for name in ["stranger", "servicer", "authority"] {
        let thief = person(name);
        let Scene { world, money, .. } = &mut scene;
        let purse = money.open(world, &thief.pubkey(), 0);
        let instruction = build::withdraw_surplus(&scene.keys, thief.pubkey(), purse, 1);
        scene.world.send(&[instruction], &[&thief]).breaks(LatchkeyError::NotBorrower);
    }
    let honest = build::withdraw_surplus(&scene.keys, scene.borrower.pubkey(), scene.savings, 1);
    let elsewhere = swap(honest.clone(), &scene.savings, &scene.seller);
    scene.world.send(&[elsewhere], &[&scene.borrower]).breaks(LatchkeyError::WrongRecipient);
    let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut scene.world, &scene.borrower.pubkey(), 0);
    let in_other_money = swap(honest, &scene.savings, &of_another_mint);
    let outcome = scene.world.send(&[in_other_money], &[&scene.borrower]);
    outcome.breaks_constraint(ErrorCode::ConstraintTokenMint);
}
