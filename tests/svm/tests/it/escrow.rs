//! Taking lamports out of an escrow: the lender alone, and never the unlock's.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{LoanFixture, TTL, fee, swap};
use solana_sdk::signer::Signer;

use crate::{event, only_event};

#[test]
fn the_lender_takes_what_the_unlock_does_not_need_to_the_lamport() {
    let mut fixture = LoanFixture::new();
    let (before, reserve) = (fixture.available(), fee(Action::Unlock));
    fixture.withdraw_escrow(before - reserve + 1).breaks(LatchkeyError::EscrowShort);
    let told = only_event!(fixture.withdraw_escrow(before - reserve).holds(), EscrowWithdrawn);
    assert_eq!((told.loan, told.lamports), (fixture.keys.loan, before - reserve));
    assert_eq!((told.before, told.after), (before, reserve));
    assert_eq!((fixture.available(), fixture.escrow().withdrawn), (reserve, before - reserve));
    assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), before - reserve);
    fixture.withdraw_escrow(1).breaks(LatchkeyError::EscrowShort);
    fixture.fund(1).holds();
    fixture.withdraw_escrow(1).holds();
}

#[test]
fn nothing_and_everything_are_no_withdrawals() {
    let mut fixture = LoanFixture::new();
    fixture.withdraw_escrow(0).breaks(LatchkeyError::ZeroAmount);
    fixture.withdraw_escrow(u64::MAX).breaks(LatchkeyError::Overflow);
    fixture.withdraw_escrow(u64::MAX - fee(Action::Unlock)).breaks(LatchkeyError::EscrowShort);
}

#[test]
fn the_reserve_stays_while_an_unlock_is_open_and_after_the_loan_is_paid_off() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(fee(Action::Unlock)).holds();
    fixture.pay_all();
    fixture.request(Action::Unlock).holds();
    let left = fixture.available() - fee(Action::Unlock);
    fixture.withdraw_escrow(left + 1).breaks(LatchkeyError::EscrowShort);
    fixture.withdraw_escrow(left).holds();
    // The first keeper never comes; the next unlock is paid in full.
    let now = fixture.chain.now();
    fixture.at(now + TTL).expire(2).holds();
    let told = event!(fixture.request(Action::Unlock).holds(), InvocationRequested);
    assert_eq!(told.fee, fee(Action::Unlock));
}

#[test]
fn a_locked_cars_unlock_is_paid_after_the_lender_took_all_it_could() {
    let mut fixture = LoanFixture::locked();
    let left = fixture.available() - fee(Action::Unlock);
    fixture.withdraw_escrow(left).holds();
    fixture.top_up(1_000);
    let told = event!(fixture.request(Action::Unlock).holds(), InvocationRequested);
    assert_eq!((told.fee, told.escrow_after), (fee(Action::Unlock), 0));
    fixture.fulfil(2);
}

#[test]
fn only_its_lender_spends_an_escrow() {
    let mut fixture = LoanFixture::new();
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::withdraw_escrow(&fixture.keys, who.pubkey(), 1);
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    let honest = build::withdraw_escrow(&fixture.keys, fixture.authority.pubkey(), 1);
    let (_, first) = fixture.turn_to_another_car();
    let of_another_loan = swap(honest, &first.escrow, &fixture.keys.escrow);
    fixture.chain.send(&[of_another_loan], &[&fixture.authority]).breaks(LatchkeyError::WrongLoan);
}
