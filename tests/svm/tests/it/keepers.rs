//! Which keepers a lender admits.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, MAX_KEEPERS};
use latchkey_client::Pubkey;
use latchkey_tests_svm::{BOND, LoanFixture, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

fn keys(count: u8) -> Vec<Pubkey> {
    (0..count).map(|n| Pubkey::new_from_array([n; 32])).collect()
}

#[test]
fn an_allow_list_changes_by_the_authoritys_word() {
    let mut fixture = LoanFixture::new();
    for (before, after) in [(vec![], keys(8)), (keys(8), keys(1)), (keys(1), vec![])] {
        let told = only_event!(fixture.set_keepers(after.clone()).holds(), KeepersSet);
        assert_eq!((told.lender, told.before), (fixture.lender, before));
        assert_eq!((&told.after, &fixture.lender_account().keepers), (&after, &after));
    }
}

#[test]
fn an_allow_list_holds_eight_keepers_and_none_twice() {
    let mut fixture = LoanFixture::new();
    fixture.set_keepers(keys(9)).breaks(LatchkeyError::InvalidKeepers);
    fixture.set_keepers([keys(3), keys(1)].concat()).breaks(LatchkeyError::InvalidKeepers);
    fixture.set_keepers(keys(8)).holds();
    assert_eq!(fixture.lender_account().keepers.len(), MAX_KEEPERS);
}

#[test]
fn a_keeper_taken_off_the_list_finishes_what_it_has_claimed_and_claims_no_more() {
    let mut fixture = LoanFixture::defaulted();
    let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
    fixture.request(Action::Lock).holds();
    fixture.claim(&keeper, 1).holds();
    fixture.set_keepers(vec![rival.pubkey()]).holds();
    let before = fixture.chain.lamports(&keeper.pubkey());
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before + fee(Action::Lock) + BOND);

    fixture.fund(100_000_000).holds();
    fixture.at(LoanFixture::default_at() + 1).request(Action::Warn).holds();
    fixture.claim(&keeper, 2).breaks(LatchkeyError::KeeperNotAllowed);
    fixture.claim(&rival, 2).holds();
}

#[test]
fn an_emptied_list_admits_everybody() {
    let mut fixture = LoanFixture::defaulted();
    let keeper = fixture.keeper.insecure_clone();
    fixture.request(Action::Lock).holds();
    fixture.set_keepers(keys(1)).holds();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::KeeperNotAllowed);
    fixture.set_keepers(Vec::new()).holds();
    fixture.claim(&keeper, 1).holds();
}
