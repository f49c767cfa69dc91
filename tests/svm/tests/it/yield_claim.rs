//! Yielding a claim.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_tests_svm::{BOND, LEASE, LoanFixture};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_lease_given_back_returns_the_bond_and_lets_another_keeper_try() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.yield_claim(&keeper, 1).breaks(LatchkeyError::NotClaimed);
    fixture.claim(&keeper, 1).holds();
    fixture.yield_claim(&rival, 1).breaks(LatchkeyError::NotClaimer);
    let told = only_event!(fixture.yield_claim(&keeper, 1).holds(), ClaimYielded);
    assert_eq!((told.invocation, told.keeper, told.bond), (fixture.invocation_key(1), keeper.pubkey(), BOND));
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
    assert_eq!((fixture.invocation(1).claim(), fixture.invocation(1).last_lapsed()), (None, None));
    fixture.claim(&rival, 1).holds();
    fixture.yield_claim(&rival, 1).holds();
    // A keeper that yields in time may claim again.
    fixture.claim(&keeper, 1).holds();
}

#[test]
fn a_lapsed_lease_cannot_be_given_back_to_the_second() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let lapse = LoanFixture::default_at() + LEASE;
    fixture.at(lapse + 1).yield_claim(&keeper, 1).breaks(LatchkeyError::LeaseLapsed);
    fixture.at(lapse).yield_claim(&keeper, 1).breaks(LatchkeyError::LeaseLapsed);
    fixture.at(lapse - 1).yield_claim(&keeper, 1).holds();
}
