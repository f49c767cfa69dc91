//! Closing what nobody fulfilled: nothing is ever paid for work not proven.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, LEASE, Scene, TTL, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn an_expired_invocation_returns_its_fee_to_the_escrow_and_its_rent_to_the_payer() {
    let mut scene = Scene::defaulted();
    let before = (scene.available(), scene.world.lamports(&scene.payer.pubkey()));
    scene.request(Action::Lock).holds();
    let now = Scene::default_at();
    scene.at(now + TTL - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let told = only_event!(scene.at(now + TTL).expire(1).holds(), InvocationExpired);
    assert_eq!((told.invocation, told.loan, told.seq), (scene.invocation_key(1), scene.keys.loan, 1));
    assert_eq!((told.action, told.refunded, told.forfeited), (Action::Lock, fee(Action::Lock), 0));
    assert_eq!((scene.available(), scene.world.lamports(&scene.payer.pubkey())), before);
    assert!(!scene.world.exists(&told.invocation));
    assert_eq!((scene.escrow().refunded, scene.escrow().paid), (fee(Action::Lock), 0));
    assert_eq!((scene.vehicle().open, scene.loan().invocations_open), (None, 0));
}

#[test]
fn a_lease_that_runs_past_the_expiry_is_waited_for_to_the_second() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    let claimed = Scene::default_at() + TTL - 1;
    scene.at(claimed).claim(&keeper, 1).holds();
    scene.at(claimed + LEASE - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let available = scene.available();
    let told = only_event!(scene.at(claimed + LEASE).expire(1).holds(), InvocationExpired);
    assert_eq!((told.refunded, told.forfeited), (fee(Action::Lock), BOND));
    assert_eq!(scene.available(), available + fee(Action::Lock) + BOND);
    assert_eq!(scene.escrow().forfeited, BOND);
}

#[test]
fn superseded_work_is_closed_as_soon_as_no_lease_runs() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    let authority = scene.authority.insecure_clone();
    scene.request_as(&authority, Action::Unlock).holds();
    let lapse = Scene::default_at() + LEASE;
    scene.at(lapse - 1).expire(1).breaks(LatchkeyError::NotExpired);
    scene.at(lapse).expire(1).holds();
    assert_eq!(scene.vehicle().open.unwrap().action, Action::Unlock);
    scene.expire(2).breaks(LatchkeyError::NotExpired);
}

#[test]
fn an_invocation_is_closed_once() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let instruction = build::expire(&scene.keys, 1, scene.payer.pubkey());
    scene.at(Scene::default_at() + TTL);
    let twice = [instruction.clone(), instruction.clone()];
    let gone = anchor_lang::error::ErrorCode::AccountNotInitialized;
    scene.world.send(&twice, &[]).breaks_constraint(gone);
    scene.world.send(std::slice::from_ref(&instruction), &[]).holds();
    scene.world.send(&[instruction], &[]).breaks_constraint(gone);
}

#[test]
fn fee_and_rent_go_back_to_where_they_came_from_and_nowhere_else() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let (_, first) = scene.turn_to_another_car();
    let other = scene.keys;
    scene.at(Scene::default_at() + TTL);
    let payer = scene.payer.pubkey();
    let honest = build::expire(&first, 1, payer);
    let refused = |scene: &mut Scene, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        scene.world.send(&[instruction], &[]).breaks(rule);
    };
    let stranger = scene.stranger.pubkey();
    refused(&mut scene, &payer, &stranger, LatchkeyError::WrongRecipient);
    refused(&mut scene, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    refused(&mut scene, &first.vehicle, &other.vehicle, LatchkeyError::WrongVehicle);
    let with_its_loan = swap(swap(honest, &first.escrow, &other.escrow), &first.loan, &other.loan);
    scene.world.send(&[with_its_loan], &[]).breaks(LatchkeyError::WrongLoan);
}
