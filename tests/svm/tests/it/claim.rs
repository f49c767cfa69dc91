//! Leasing a function call: one keeper at a time, at its own risk.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::SetFunctionArgs;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, LEASE, Scene, TTL, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lock that anybody may claim, at this time.
fn asked() -> (Scene, Keypair, Keypair, i64) {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
    (scene, keeper, rival, Scene::default_at())
}

#[test]
fn a_claim_posts_the_bond_and_starts_the_lease() {
    let (mut scene, keeper, _, now) = asked();
    let before = [keeper.pubkey(), scene.invocation_key(1)].map(|key| scene.world.lamports(&key));
    let told = only_event!(scene.claim(&keeper, 1).holds(), InvocationClaimed);
    let after = [keeper.pubkey(), scene.invocation_key(1)].map(|key| scene.world.lamports(&key));
    assert_eq!(after, [before[0] - BOND, before[1] + BOND]);
    let claim = scene.invocation(1).claim.unwrap();
    assert_eq!((claim.keeper, claim.lease_end, claim.bond), (keeper.pubkey(), now + LEASE, BOND));
    assert_eq!((told.invocation, told.keeper), (scene.invocation_key(1), keeper.pubkey()));
    assert_eq!((told.lease_end, told.bond, told.lapsed, told.forfeited), (now + LEASE, BOND, None, 0));
}

#[test]
fn a_running_lease_excludes_others_to_the_second() {
    let (mut scene, keeper, rival, now) = asked();
    scene.claim(&keeper, 1).holds();
    scene.claim(&rival, 1).breaks(LatchkeyError::Leased);
    scene.claim(&keeper, 1).breaks(LatchkeyError::Leased);
    scene.at(now + LEASE - 1).claim(&rival, 1).breaks(LatchkeyError::Leased);
    scene.at(now + LEASE).claim(&rival, 1).holds();
}

#[test]
fn a_silent_claimer_loses_its_bond_to_the_escrow_and_does_not_come_back() {
    let (mut scene, keeper, rival, now) = asked();
    scene.claim(&keeper, 1).holds();
    scene.at(now + LEASE).claim(&keeper, 1).breaks(LatchkeyError::LapsedClaimer);
    let (available, held) = (scene.available(), scene.world.lamports(&scene.invocation_key(1)));
    let told = only_event!(scene.claim(&rival, 1).holds(), InvocationClaimed);
    assert_eq!((told.lapsed, told.forfeited, told.keeper), (Some(keeper.pubkey()), BOND, rival.pubkey()));
    assert_eq!((scene.available(), scene.escrow().forfeited), (available + BOND, BOND));
    assert_eq!(scene.world.lamports(&scene.invocation_key(1)), held);
    assert_eq!(scene.invocation(1).last_lapsed, Some(keeper.pubkey()));
    scene.yield_claim(&rival, 1).holds();
    scene.claim(&keeper, 1).breaks(LatchkeyError::LapsedClaimer);
}

#[test]
fn an_invocation_is_claimed_before_it_expires_to_the_second() {
    let (mut scene, keeper, _, now) = asked();
    scene.at(now + TTL).claim(&keeper, 1).breaks(LatchkeyError::Expired);
    scene.at(now + TTL + 1).claim(&keeper, 1).breaks(LatchkeyError::Expired);
    scene.at(now + TTL - 1).claim(&keeper, 1).holds();
}

#[test]
fn an_allow_list_admits_its_keepers_and_no_others() {
    let (mut scene, keeper, rival, _) = asked();
    scene.set_keepers(vec![rival.pubkey()]).holds();
    scene.claim(&keeper, 1).breaks(LatchkeyError::KeeperNotAllowed);
    scene.claim(&rival, 1).holds();
}

#[test]
fn a_bond_of_nothing_is_nothing() {
    let mut scene = Scene::defaulted();
    let offer = SetFunctionArgs { bond: 0, ..scene.offer(Action::Lock) };
    scene.set_function(Action::Lock, offer).holds();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    let before = scene.world.lamports(&keeper.pubkey());
    scene.claim(&keeper, 1).holds();
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before);
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before + fee(Action::Lock));
}

#[test]
fn a_claim_names_the_invocations_own_accounts() {
    let (mut scene, keeper, ..) = asked();
    let (_, first) = scene.turn_to_another_car();
    let other = scene.keys;
    let honest = build::claim(&first, keeper.pubkey(), 1);
    let wrong_escrow = swap(honest.clone(), &first.escrow, &other.escrow);
    scene.world.send(&[wrong_escrow], &[&keeper]).breaks(LatchkeyError::WrongLoan);
    // Its last sequence number is another, so it would let a superseded invocation pass.
    let wrong_vehicle = swap(honest.clone(), &first.vehicle, &other.vehicle);
    scene.world.send(&[wrong_vehicle], &[&keeper]).breaks(LatchkeyError::WrongVehicle);

    let stranger = scene.stranger.pubkey();
    let invocation = latchkey_client::pda::invocation(&first.vehicle, 1);
    scene.world.edit::<latchkey::state::Invocation>(&invocation, |it| it.lender = stranger);
    scene.world.send(&[honest], &[&keeper]).breaks(LatchkeyError::WrongLender);
}
