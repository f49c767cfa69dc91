//! Giving a lease back.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_tests_svm::{BOND, LEASE, Scene};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_lease_given_back_returns_the_bond_and_lets_another_keeper_try() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
    let before = scene.world.lamports(&keeper.pubkey());
    scene.yield_claim(&keeper, 1).breaks(LatchkeyError::NotClaimed);
    scene.claim(&keeper, 1).holds();
    scene.yield_claim(&rival, 1).breaks(LatchkeyError::NotClaimer);
    let told = only_event!(scene.yield_claim(&keeper, 1).holds(), ClaimYielded);
    assert_eq!((told.invocation, told.keeper, told.bond), (scene.invocation_key(1), keeper.pubkey(), BOND));
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before);
    assert_eq!((scene.invocation(1).claim, scene.invocation(1).last_lapsed), (None, None));
    scene.claim(&rival, 1).holds();
    scene.yield_claim(&rival, 1).holds();
    // Who gave it back in time may come back.
    scene.claim(&keeper, 1).holds();
}

#[test]
fn a_lapsed_lease_cannot_be_given_back_to_the_second() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    let lapse = Scene::default_at() + LEASE;
    scene.at(lapse + 1).yield_claim(&keeper, 1).breaks(LatchkeyError::LeaseLapsed);
    scene.at(lapse).yield_claim(&keeper, 1).breaks(LatchkeyError::LeaseLapsed);
    scene.at(lapse - 1).yield_claim(&keeper, 1).holds();
}
