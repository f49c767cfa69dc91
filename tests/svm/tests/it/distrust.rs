//! A device key that the lender no longer believes.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, LEASE, LoanFixture, TTL, due, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A claimed lock of a car whose device is distrusted since.
fn distrusted() -> (LoanFixture, Keypair, u64) {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(100_000_000).holds();
    let keeper = fixture.keeper.insecure_clone();
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.request(Action::Lock).holds();
    fixture.claim(&keeper, 1).holds();
    fixture.distrust().holds();
    (fixture, keeper, before)
}

#[test]
fn a_distrusted_device_is_neither_warned_nor_locked() {
    let mut fixture = LoanFixture::new();
    let told = only_event!(fixture.distrust().holds(), DeviceDistrusted);
    assert_eq!((told.vehicle, told.device_key), (fixture.keys.vehicle, fixture.car.device_key()));
    assert!(fixture.vehicle().distrusted);
    fixture.distrust().breaks(LatchkeyError::AlreadyDistrusted);
    fixture.at(due(0) + 1).request(Action::Warn).breaks(LatchkeyError::DeviceDistrusted);
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).breaks(LatchkeyError::DeviceDistrusted);
}

#[test]
fn a_distrusted_receipt_of_a_lock_is_not_paid_and_locks_nothing() {
    let (mut fixture, ..) = distrusted();
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).breaks(LatchkeyError::DeviceDistrusted);
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn a_keeper_gives_its_lease_back_without_loss_even_after_the_lapse() {
    for after in [0, LEASE - 1, LEASE, TTL] {
        let (mut fixture, keeper, before) = distrusted();
        let told = only_event!(
            fixture.at(LoanFixture::default_at() + after).yield_claim(&keeper, 1).holds(),
            ClaimYielded
        );
        assert_eq!((told.bond, fixture.chain.lamports(&keeper.pubkey())), (BOND, before));
    }
}

#[test]
fn whoever_clears_the_call_away_returns_the_bond() {
    let (mut fixture, keeper, before) = distrusted();
    fixture.at(LoanFixture::default_at() + TTL);
    let rent_payer = fixture.payer.pubkey();
    let without = build::expire(&fixture.keys, 1, rent_payer, None);
    fixture.chain.send(&[without], &[]).breaks(LatchkeyError::KeeperMissing);
    let to_a_thief = build::expire(&fixture.keys, 1, rent_payer, Some(fixture.stranger.pubkey()));
    fixture.chain.send(&[to_a_thief], &[]).breaks(LatchkeyError::WrongRecipient);
    let available = fixture.available();
    let told = only_event!(fixture.expire(1).holds(), InvocationExpired);
    assert_eq!((told.returned, told.forfeited, told.refunded), (BOND, 0, fee(Action::Lock)));
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
    assert_eq!(fixture.available(), available + fee(Action::Lock));
}

#[test]
fn a_distrusted_device_still_unlocks() {
    let mut fixture = LoanFixture::locked();
    fixture.distrust().holds();
    fixture.top_up(1_000);
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn a_new_device_key_ends_the_distrust() {
    let mut fixture = LoanFixture::defaulted();
    fixture.distrust().holds();
    fixture.change_device("new device");
    assert!(!fixture.vehicle().distrusted);
    fixture.request(Action::Lock).holds();
    let seq = fixture.vehicle().last_seq_asked;
    fixture.fulfil(seq);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn the_authority_distrusts_and_nobody_else_does() {
    let mut fixture = LoanFixture::new();
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::distrust_device(fixture.lender, fixture.keys.vehicle, who.pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
}
