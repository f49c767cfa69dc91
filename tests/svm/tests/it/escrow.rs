//! Taking lamports out of an escrow: the lender alone, and never the unlock's.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{Scene, TTL, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn the_lender_takes_what_the_unlock_does_not_need_to_the_lamport() {
    let mut scene = Scene::new();
    let (before, reserve) = (scene.available(), fee(Action::Unlock));
    scene.withdraw_escrow(before - reserve + 1).breaks(LatchkeyError::EscrowShort);
    let told = only_event!(scene.withdraw_escrow(before - reserve).holds(), EscrowWithdrawn);
    assert_eq!((told.loan, told.lamports), (scene.keys.loan, before - reserve));
    assert_eq!((told.before, told.after), (before, reserve));
    assert_eq!((scene.available(), scene.escrow().withdrawn), (reserve, before - reserve));
    assert_eq!(scene.world.lamports(&scene.authority.pubkey()), before - reserve);
    scene.withdraw_escrow(1).breaks(LatchkeyError::EscrowShort);
    scene.fund(1).holds();
    scene.withdraw_escrow(1).holds();
}

#[test]
fn nothing_and_everything_are_no_withdrawals() {
    let mut scene = Scene::new();
    scene.withdraw_escrow(0).breaks(LatchkeyError::ZeroAmount);
    scene.withdraw_escrow(u64::MAX).breaks(LatchkeyError::Overflow);
    scene.withdraw_escrow(u64::MAX - fee(Action::Unlock)).breaks(LatchkeyError::EscrowShort);
}

#[test]
fn the_reserve_stays_while_an_unlock_is_open_and_after_the_loan_is_paid_off() {
    let mut scene = Scene::locked();
    scene.fund(fee(Action::Unlock)).holds();
    scene.pay_all();
    scene.request(Action::Unlock).holds();
    let left = scene.available() - fee(Action::Unlock);
    scene.withdraw_escrow(left + 1).breaks(LatchkeyError::EscrowShort);
    scene.withdraw_escrow(left).holds();
    // The first keeper never comes; the next unlock is paid in full.
    let now = scene.world.now();
    scene.at(now + TTL).expire(2).holds();
    let told = only_event!(scene.request(Action::Unlock).holds(), InvocationRequested);
    assert_eq!(told.fee, fee(Action::Unlock));
}

#[test]
fn a_locked_cars_unlock_is_paid_after_the_lender_took_all_it_could() {
    let mut scene = Scene::locked();
    let left = scene.available() - fee(Action::Unlock);
    scene.withdraw_escrow(left).holds();
    scene.top_up(1_000);
    let told = only_event!(scene.request(Action::Unlock).holds(), InvocationRequested);
    assert_eq!((told.fee, told.escrow_after), (fee(Action::Unlock), 0));
    scene.fulfil(2);
}

#[test]
fn only_its_lender_spends_an_escrow() {
    let mut scene = Scene::new();
    for who in [&scene.servicer, &scene.borrower, &scene.stranger] {
        let instruction = build::withdraw_escrow(&scene.keys, who.pubkey(), 1);
        scene.world.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    let honest = build::withdraw_escrow(&scene.keys, scene.authority.pubkey(), 1);
    let (_, first) = scene.turn_to_another_car();
    let of_another_loan = swap(honest, &first.escrow, &scene.keys.escrow);
    scene.world.send(&[of_another_loan], &[&scene.authority]).breaks(LatchkeyError::WrongLoan);
}
