//! Withdrawing what is not due from the wallet.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::rules::ledger::{Position, Wallet};
use latchkey::state::LoanStatus;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, Money, due, person, swap};
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_borrower_takes_back_all_of_it_while_nothing_is_due() {
    let mut fixture = LoanFixture::new();
    let savings = fixture.chain.tokens(&fixture.savings);
    fixture.top_up(700);
    let told = event!(fixture.withdraw_surplus(200).holds(), SurplusWithdrawn);
    assert_eq!((told.loan, told.amount, told.before, told.after), (fixture.keys.loan, 200, 700, 500));
    fixture.withdraw_surplus(501).breaks(LatchkeyError::NotSurplus);
    fixture.withdraw_surplus(500).holds();
    assert_eq!((fixture.wallet(), fixture.loan().ledger.withdrawn), (0, 700));
    assert_eq!(fixture.chain.tokens(&fixture.savings), savings);
}

#[test]
fn what_is_due_stays_in_the_wallet_from_its_second() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_500);
    fixture.at(due(0)).withdraw_surplus(501).breaks(LatchkeyError::NotSurplus);
    fixture.withdraw_surplus(500).holds();
    fixture.withdraw_surplus(1).breaks(LatchkeyError::NotSurplus);
    assert_eq!((fixture.wallet(), fixture.unsent()), (1_000, 1_000));
    fixture.collect().holds();
    assert_eq!((fixture.wallet(), fixture.loan().ledger.paid_scheduled), (0, 1_000));

    let mut before = LoanFixture::new();
    before.top_up(1_500);
    before.at(due(0) - 1).withdraw_surplus(1_500).holds();
}

/// A fee is due with the end of the schedule, and until then the money beside it is the borrower's.
#[test]
fn a_fee_keeps_no_money_back_before_the_schedule_is_paid() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + DAY).collect().holds();
    assert_eq!(fixture.loan().ledger.fees, 25);
    fixture.top_up(1_100);
    fixture.withdraw_surplus(101).breaks(LatchkeyError::NotSurplus);
    fixture.withdraw_surplus(100).holds();
}

#[test]
fn a_withdrawal_takes_what_is_due_first() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 180_000);
    for day in [8, 9, 20, 75, 100] {
        let now = due(0) + day * DAY;
        fixture.at(now).top_up(3_000);
        let free = Position::at(&fixture.loan(), Wallet(fixture.wallet()), now)
            .map(|position| position.ledger.free(Wallet(fixture.wallet())))
            .unwrap();
        fixture.withdraw_surplus(free + 1).breaks(LatchkeyError::NotSurplus);
        if free > 0 {
            fixture.withdraw_surplus(free).holds();
            // What a collection would have taken is taken, and waits for the lender.
            assert_eq!(fixture.wallet(), fixture.unsent(), "day {day}");
        }
        fixture.collect().holds();
        assert_eq!(fixture.wallet(), 0, "day {day}");
    }
}

#[test]
fn a_paid_off_loan_gives_all_of_it_back() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.top_up(77);
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    fixture.withdraw_surplus(78).breaks(LatchkeyError::NotSurplus);
    fixture.withdraw_surplus(77).holds();
    fixture.close().holds();
}

#[test]
fn nothing_is_no_withdrawal() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(10);
    fixture.withdraw_surplus(0).breaks(LatchkeyError::ZeroAmount);
    fixture.withdraw_surplus(u64::MAX).breaks(LatchkeyError::NotSurplus);
}

#[test]
fn a_surplus_is_the_borrowers_and_goes_to_the_borrower() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(100);
    for name in ["stranger", "servicer", "authority"] {
        let thief = person(name);
        let LoanFixture { chain, money, .. } = &mut fixture;
        let purse = money.open(chain, &thief.pubkey(), 0);
        let instruction = build::withdraw_surplus(&fixture.keys, thief.pubkey(), purse, 1);
        fixture.chain.send(&[instruction], &[&thief]).breaks(LatchkeyError::NotBorrower);
    }
    let honest = build::withdraw_surplus(&fixture.keys, fixture.borrower.pubkey(), fixture.savings, 1);
    let elsewhere = swap(honest.clone(), &fixture.savings, &fixture.seller);
    fixture.chain.send(&[elsewhere], &[&fixture.borrower]).breaks(LatchkeyError::WrongRecipient);
    let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
    let of_another_mint = other.open(&mut fixture.chain, &fixture.borrower.pubkey(), 0);
    let in_other_money = swap(honest, &fixture.savings, &of_another_mint);
    let outcome = fixture.chain.send(&[in_other_money], &[&fixture.borrower]);
    outcome.breaks_constraint(ErrorCode::ConstraintTokenMint);
}
