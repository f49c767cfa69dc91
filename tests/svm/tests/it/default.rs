//! Falling into default.

use latchkey::errors::LatchkeyError;
use latchkey::state::LoanStatus;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, Money, due, swap};
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_default_waits_for_the_due_date_and_the_grace_to_the_second() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(due(0)).declare_default().breaks(LatchkeyError::GraceNotOver);
    let over = LoanFixture::default_at();
    fixture.at(over - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(over).declare_default().holds();
    let mut later = LoanFixture::new();
    later.at(over + 1).declare_default().holds();
}

#[test]
fn a_default_tells_what_was_past_due_since_when() {
    let mut fixture = LoanFixture::new();
    let now = due(1) + 5;
    let told = event!(fixture.at(now).declare_default().holds(), DefaultDeclared);
    assert_eq!((told.loan, told.past_due), (fixture.keys.loan, 2_000));
    assert_eq!((told.oldest_unpaid_due, told.at), (due(0), now));
    assert_eq!((fixture.loan().status, fixture.loan().defaulted_at), (LoanStatus::Defaulted, now));
}

#[test]
fn a_borrower_whose_wallet_can_pay_is_never_defaulted() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_000);
    fixture.at(LoanFixture::default_at()).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.collect().holds();
    fixture.declare_default().breaks(LatchkeyError::NotPastDue);
}

#[test]
fn one_unit_short_is_short() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(999);
    fixture.at(LoanFixture::default_at()).declare_default().holds();
}

#[test]
fn an_unpaid_fee_alone_is_no_default() {
    let mut fixture = LoanFixture::new();
    fixture.at(LoanFixture::default_at()).collect().holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    assert_eq!((fixture.loan().ledger.fees, fixture.wallet()), (25, 0));
    fixture.declare_default().breaks(LatchkeyError::NotPastDue);
}

#[test]
fn the_grace_runs_from_the_oldest_unpaid_due_date() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_500);
    fixture.at(due(1)).collect().holds();
    // The second instalment is half paid, so it is the oldest unpaid one.
    fixture.at(due(1) + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
}

#[test]
fn a_grace_does_not_shrink_because_nobody_collected() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0)).top_up(1_000);
    fixture.at(due(1) + 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(due(1) + 2 * DAY - 1).declare_default().breaks(LatchkeyError::GraceNotOver);
    let told = event!(fixture.at(due(1) + 2 * DAY).declare_default().holds(), DefaultDeclared);
    assert_eq!(told.oldest_unpaid_due, due(1));
}

#[test]
fn only_an_active_loan_defaults() {
    let mut fixture = LoanFixture::defaulted();
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    fixture.pay_all();
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    let mut given_up = LoanFixture::new();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.declare_default().breaks(LatchkeyError::NotActive);
}

#[test]
fn no_other_wallet_and_no_other_lender_can_be_put_in_the_loans_place() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_000);
    fixture.at(LoanFixture::default_at());
    let keys = fixture.keys;
    let honest = build::declare_default(&keys);
    let LoanFixture { chain, money, stranger, .. } = &mut fixture;
    let poor = money.open(chain, &stranger.pubkey(), 0);
    chain.send(&[swap(honest.clone(), &keys.wallet, &poor)], &[]).breaks(LatchkeyError::WrongLoan);

    // An account of the loan's own, but of worthless money.
    let worthless = Money::token_2022(chain, "worthless", &[], &[]);
    let decoy = worthless.open(chain, &keys.loan, 0);
    chain.send(&[swap(honest, &keys.wallet, &decoy)], &[]).breaks(LatchkeyError::WrongLoan);

    let another = stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.declare_default().breaks(LatchkeyError::WrongLender);
}
