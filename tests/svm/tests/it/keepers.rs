//! Which keepers a lender admits.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, MAX_KEEPERS};
use latchkey_client::Pubkey;
use latchkey_tests_svm::{BOND, Scene, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

fn keys(count: u8) -> Vec<Pubkey> {
    (0..count).map(|n| Pubkey::new_from_array([n; 32])).collect()
}

#[test]
fn an_allow_list_changes_by_the_authoritys_word() {
    let mut scene = Scene::new();
    for (before, after) in [(vec![], keys(8)), (keys(8), keys(1)), (keys(1), vec![])] {
        let told = only_event!(scene.set_keepers(after.clone()).holds(), KeepersSet);
        assert_eq!((told.lender, told.before), (scene.lender, before));
        assert_eq!((&told.after, &scene.lender_account().keepers), (&after, &after));
    }
}

#[test]
fn an_allow_list_holds_eight_keepers_and_none_twice() {
    let mut scene = Scene::new();
    scene.set_keepers(keys(9)).breaks(LatchkeyError::InvalidKeepers);
    scene.set_keepers([keys(3), keys(1)].concat()).breaks(LatchkeyError::InvalidKeepers);
    scene.set_keepers(keys(8)).holds();
    assert_eq!(scene.lender_account().keepers.len(), MAX_KEEPERS);
}

#[test]
fn a_keeper_taken_off_the_list_finishes_what_it_has_claimed_and_claims_no_more() {
    let mut scene = Scene::defaulted();
    let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
    scene.request(Action::Lock).holds();
    scene.claim(&keeper, 1).holds();
    scene.set_keepers(vec![rival.pubkey()]).holds();
    let before = scene.world.lamports(&keeper.pubkey());
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before + fee(Action::Lock) + BOND);

    scene.top_up(1_000);
    scene.request(Action::Unlock).holds();
    scene.claim(&keeper, 2).breaks(LatchkeyError::KeeperNotAllowed);
    scene.claim(&rival, 2).holds();
}

#[test]
fn an_emptied_list_admits_everybody() {
    let mut scene = Scene::defaulted();
    let keeper = scene.keeper.insecure_clone();
    scene.request(Action::Lock).holds();
    scene.set_keepers(keys(1)).holds();
    scene.claim(&keeper, 1).breaks(LatchkeyError::KeeperNotAllowed);
    scene.set_keepers(Vec::new()).holds();
    scene.claim(&keeper, 1).holds();
}
