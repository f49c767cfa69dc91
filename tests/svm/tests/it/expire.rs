//! Closing a call that was not fulfilled: unproven work is never paid.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, LEASE, LoanFixture, TTL, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn an_expired_invocation_returns_its_fee_to_the_escrow_and_its_rent_to_the_payer() {
    let mut fixture = LoanFixture::defaulted();
    let before = (fixture.available(), fixture.chain.lamports(&fixture.payer.pubkey()));
    fixture.request(Action::Lock).holds();
    let now = LoanFixture::default_at();
    fixture.at(now + TTL - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let told = only_event!(fixture.at(now + TTL).expire(1).holds(), InvocationExpired);
    assert_eq!((told.invocation, told.loan, told.seq), (fixture.invocation_key(1), fixture.keys.loan, 1));
    assert_eq!((told.action, told.refunded, told.forfeited), (Action::Lock, fee(Action::Lock), 0));
    assert_eq!((fixture.available(), fixture.chain.lamports(&fixture.payer.pubkey())), before);
    assert!(!fixture.chain.exists(&told.invocation));
    assert_eq!((fixture.escrow().refunded, fixture.escrow().paid), (fee(Action::Lock), 0));
    assert_eq!((fixture.vehicle().open_request(), fixture.loan().invocations_open), (None, 0));
}

#[test]
fn a_lease_that_runs_past_the_expiry_is_waited_for_to_the_second() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    let claimed = LoanFixture::default_at() + TTL - 1;
    fixture.at(claimed).claim(&keeper, 1).holds();
    fixture.at(claimed + LEASE - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let available = fixture.available();
    let told = only_event!(fixture.at(claimed + LEASE).expire(1).holds(), InvocationExpired);
    assert_eq!((told.refunded, told.forfeited), (fee(Action::Lock), BOND));
    assert_eq!(fixture.available(), available + fee(Action::Lock) + BOND);
    assert_eq!(fixture.escrow().forfeited, BOND);
}

#[test]
fn superseded_work_is_closed_as_soon_as_no_lease_runs() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let authority = fixture.authority.insecure_clone();
    fixture.request_as(&authority, Action::Unlock).holds();
    let lapse = LoanFixture::default_at() + LEASE;
    fixture.at(lapse - 1).expire(1).breaks(LatchkeyError::NotExpired);
    fixture.at(lapse).expire(1).holds();
    assert_eq!(fixture.vehicle().open.action, Action::Unlock);
    fixture.expire(2).breaks(LatchkeyError::NotExpired);
}

#[test]
fn an_invocation_is_closed_once() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let instruction = build::expire(&fixture.keys, 1, fixture.payer.pubkey(), None);
    fixture.at(LoanFixture::default_at() + TTL);
    let twice = [instruction.clone(), instruction.clone()];
    let gone = anchor_lang::error::ErrorCode::AccountNotInitialized;
    fixture.chain.send(&twice, &[]).breaks_constraint(gone);
    fixture.chain.send(std::slice::from_ref(&instruction), &[]).holds();
    fixture.chain.send(&[instruction], &[]).breaks_constraint(gone);
}

#[test]
fn fee_and_rent_go_back_to_where_they_came_from_and_nowhere_else() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let (_, first) = fixture.turn_to_another_car();
    let other = fixture.keys;
    fixture.at(LoanFixture::default_at() + TTL);
    let payer = fixture.payer.pubkey();
    let honest = build::expire(&first, 1, payer, None);
    let refused = |fixture: &mut LoanFixture, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        fixture.chain.send(&[instruction], &[]).breaks(rule);
    };
    let stranger = fixture.stranger.pubkey();
    refused(&mut fixture, &payer, &stranger, LatchkeyError::WrongRecipient);
    refused(&mut fixture, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    refused(&mut fixture, &first.vehicle, &other.vehicle, LatchkeyError::WrongVehicle);
    let with_its_loan = swap(swap(honest, &first.escrow, &other.escrow), &first.loan, &other.loan);
    fixture.chain.send(&[with_its_loan], &[]).breaks(LatchkeyError::WrongLoan);
}
