//! Falling into default.

use latchkey::errors::LatchkeyError;
use latchkey::state::{LoanStatus, Waterfall};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, Money, Scene, due, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_default_waits_for_the_due_date_and_the_grace_to_the_second() {
    let mut scene = Scene::new();
    scene.at(due(0) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    scene.at(due(0)).declare_default().breaks(LatchkeyError::GraceNotOver);
    let over = Scene::default_at();
    scene.at(over - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    scene.at(over).declare_default().holds();
    let mut later = Scene::new();
    later.at(over + 1).declare_default().holds();
}

#[test]
fn a_default_tells_what_was_past_due_since_when() {
    let mut scene = Scene::new();
    let now = due(1) + 5;
    let told = only_event!(scene.at(now).declare_default().holds(), DefaultDeclared);
    assert_eq!((told.loan, told.past_due), (scene.keys.loan, 2_000));
    assert_eq!((told.oldest_unpaid_due, told.at), (due(0), now));
    assert_eq!((scene.loan().status, scene.loan().defaulted_at), (LoanStatus::Defaulted, now));
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_defaulted() {
    let mut scene = Scene::new();
    scene.top_up(1_000);
    scene.at(Scene::default_at()).declare_default().breaks(LatchkeyError::WalletCanPay);
    scene.collect().holds();
    scene.declare_default().breaks(LatchkeyError::NotPastDue);
}

#[test]
fn one_unit_short_is_short() {
    let mut scene = Scene::new();
    scene.top_up(999);
    scene.at(Scene::default_at()).declare_default().holds();
}

#[test]
fn an_unpaid_fee_alone_is_no_default() {
    let mut scene = Scene::new();
    scene.at(Scene::default_at()).collect().holds();
    scene.top_up(1_000);
    scene.collect().holds();
    assert_eq!((scene.loan().ledger.fees, scene.wallet()), (25, 0));
    scene.declare_default().breaks(LatchkeyError::NotPastDue);
}

#[test]
fn where_fees_come_first_a_wallet_must_hold_them_too() {
    let lend = || {
        let mut scene = Scene::on(|terms| terms.waterfall = Waterfall::FeesInterestPrincipal);
        scene.at(Scene::default_at()).collect().holds();
        scene
    };
    let mut short = lend();
    short.top_up(1_024);
    short.declare_default().holds();
    let mut enough = lend();
    enough.top_up(1_025);
    enough.declare_default().breaks(LatchkeyError::WalletCanPay);
}

#[test]
fn the_grace_runs_from_the_oldest_unpaid_due_date() {
    let mut scene = Scene::new();
    scene.top_up(1_500);
    scene.at(due(1)).collect().holds();
    // The second instalment is half paid, so it is the oldest unpaid one.
    scene.at(due(1) + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    scene.at(due(1) + 2 * DAY).declare_default().holds();
}

#[test]
fn a_grace_does_not_shrink_because_nobody_collected() {
    let mut scene = Scene::new();
    scene.at(due(0)).top_up(1_000);
    scene.at(due(1) + 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    scene.at(due(1) + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    let told = only_event!(scene.at(due(1) + 2 * DAY).declare_default().holds(), DefaultDeclared);
    assert_eq!(told.oldest_unpaid_due, due(1));
}

#[test]
fn only_an_active_loan_defaults() {
    let mut scene = Scene::defaulted();
    scene.declare_default().breaks(LatchkeyError::NotActive);
    scene.pay_all();
    scene.declare_default().breaks(LatchkeyError::NotActive);
    let mut given_up = Scene::new();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.declare_default().breaks(LatchkeyError::NotActive);
}

#[test]
fn no_other_wallet_and_no_other_lender_can_be_put_in_the_loans_place() {
    let mut scene = Scene::new();
    scene.top_up(1_000);
    scene.at(Scene::default_at());
    let keys = scene.keys;
    let honest = build::declare_default(&keys);
    let Scene { world, money, stranger, .. } = &mut scene;
    let poor = money.open(world, &stranger.pubkey(), 0);
    world.send(&[swap(honest.clone(), &keys.wallet, &poor)], &[]).breaks(LatchkeyError::WrongLoan);

    // An account of the loan's own, but of worthless money.
    let worthless = Money::token_2022(world, "worthless", &[], &[]);
    let decoy = worthless.open(world, &keys.loan, 0);
    world.send(&[swap(honest, &keys.wallet, &decoy)], &[]).breaks(LatchkeyError::WrongLoan);

    let another = stranger.pubkey();
    scene.edit_loan(|loan| loan.lender = another);
    scene.declare_default().breaks(LatchkeyError::WrongLender);
}
