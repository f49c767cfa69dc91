//! Unlocking: nothing may keep a paid-up car locked.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::{Action, Escrow, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, Scene, TTL, due, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A locked car whose borrower has paid what was past due.
fn cured() -> Scene {
    let mut scene = Scene::locked();
    scene.top_up(1_000);
    scene.collect().holds();
    assert_eq!(scene.loan().status, LoanStatus::Active);
    scene
}

#[test]
fn a_cured_loan_unlocks_for_anybody_who_asks() {
    let mut scene = cured();
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
    scene.request(Action::Unlock).holds();
    assert_eq!((scene.invocation(2).action, scene.invocation(2).lock_until), (Action::Unlock, 0));
    scene.fulfil(2);
    assert_eq!((scene.vehicle().lock, scene.vehicle().lock_asked), (LockState::Unlocked, None));
    scene.request(Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
}

#[test]
fn a_car_that_was_never_asked_to_lock_has_nothing_to_unlock() {
    let mut scene = Scene::new();
    scene.request(Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
    let authority = scene.authority.insecure_clone();
    scene.request_as(&authority, Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
}

#[test]
fn a_loan_in_default_stays_locked_unless_the_lender_or_the_wallet_says_otherwise() {
    let mut scene = Scene::locked();
    scene.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    scene.top_up(999);
    scene.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    scene.top_up(1);
    scene.request(Action::Unlock).holds();
}

#[test]
fn the_lender_unlocks_at_will_and_nobody_in_its_name() {
    let mut scene = Scene::locked();
    let [stranger, borrower] = [&scene.stranger, &scene.borrower].map(Keypair::insecure_clone);
    scene.request_as(&stranger, Action::Unlock).breaks(LatchkeyError::NotServicing);
    scene.request_as(&borrower, Action::Unlock).breaks(LatchkeyError::NotServicing);
    let servicer = scene.servicer.insecure_clone();
    scene.request_as(&servicer, Action::Unlock).holds();
}

#[test]
fn hold_and_emergency_start_unlock_until_their_second() {
    let until = Scene::default_at() + 10;
    let starts: [fn(&mut Scene, i64); 2] = [
        |scene, until| drop(scene.place_hold(until).holds()),
        |scene, _| drop(scene.emergency_start().holds()),
    ];
    for start in starts {
        let mut scene =
            Scene::on(|terms| (terms.emergency_secs, terms.emergency_max) = (10, 1)).fall_into_default();
        scene.request(Action::Lock).holds();
        scene.fulfil(1);
        start(&mut scene, until);
        scene.at(until).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
        scene.at(until - 1).request(Action::Unlock).holds();
    }
}

#[test]
fn paid_off_and_given_up_loans_unlock() {
    let mut paid = Scene::locked();
    paid.pay_all();
    paid.request(Action::Unlock).holds();
    let mut given_up = Scene::locked();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.request(Action::Unlock).holds();
}

#[test]
fn a_pause_does_not_keep_a_car_locked() {
    let mut scene = cured();
    scene.pause(MAX_PAUSE_SECS).holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}

#[test]
fn an_unlock_pays_what_an_escrow_has_left_and_is_never_refused_for_it() {
    for left in [fee(Action::Unlock) - 1, 1, 0] {
        let mut scene = cured();
        drain_escrow_to(&mut scene, left);
        let told = only_event!(scene.request(Action::Unlock).holds(), InvocationRequested);
        assert_eq!((told.fee, told.escrow_after), (left, 0));
        let before = scene.world.lamports(&scene.keeper.pubkey());
        scene.fulfil(2);
        assert_eq!(scene.world.lamports(&scene.keeper.pubkey()), before + left);
        assert_eq!(scene.vehicle().lock, LockState::Unlocked);
    }
}

/// Takes lamports out of the escrow behind the program's back.
fn drain_escrow_to(scene: &mut Scene, left: u64) {
    let escrow = scene.keys.escrow;
    let rent = scene.world.rent_of(&escrow);
    let mut account = scene.world.svm().get_account(&escrow).unwrap();
    account.lamports = rent + left;
    scene.world.svm().set_account(escrow, account).unwrap();
    assert_eq!(scene.world.read::<Escrow>(&escrow).loan, scene.keys.loan);
}

#[test]
fn a_treasury_that_takes_no_payment_does_not_keep_a_car_locked() {
    let mut scene = Scene::locked();
    scene.top_up(1_000);
    let Scene { world, money, keys, .. } = &mut scene;
    money.freeze(world, &keys.treasury);
    let frozen = 17;
    scene.collect().breaks_elsewhere(frozen);
    scene.request(Action::Unlock).holds();
}

#[test]
fn an_unlock_supersedes_an_open_lock() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.top_up(1_000);
    scene.collect().holds();
    scene.request(Action::Unlock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).breaks(LatchkeyError::Superseded);
    scene.claim(&keeper, 2).holds();
    scene.expire(1).holds();
    assert_eq!(scene.vehicle().open.unwrap().action, Action::Unlock);
}

#[test]
fn a_lock_whose_receipt_never_came_can_still_be_undone() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.at(Scene::default_at() + TTL).expire(1).holds();
    assert_eq!((scene.vehicle().lock, scene.vehicle().open), (LockState::Unlocked, None));
    scene.top_up(1_025);
    scene.collect().holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock_asked, None);
}

#[test]
fn one_unlock_is_open_at_a_time_until_it_expires_to_the_second() {
    let mut scene = cured();
    let now = scene.world.now();
    scene.request(Action::Unlock).holds();
    scene.at(now + TTL - 1).request(Action::Unlock).breaks(LatchkeyError::InvocationOpen);
    scene.at(now + TTL).request(Action::Unlock).holds();
    assert_eq!(scene.loan().invocations_open, 2);
}

#[test]
fn a_borrower_claims_the_unlock_of_their_own_car_without_bond_or_leave() {
    let mut scene = cured();
    let rival = scene.rival.pubkey();
    scene.set_keepers(vec![rival]).holds();
    scene.request(Action::Unlock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 2).breaks(LatchkeyError::KeeperNotAllowed);
    let borrower = scene.borrower.insecure_clone();
    let before = scene.world.lamports(&borrower.pubkey());
    scene.claim(&borrower, 2).holds();
    assert_eq!(scene.world.lamports(&borrower.pubkey()), before);
    let receipt = scene.receipt(2);
    scene.confirm(&receipt).holds();
    assert_eq!(scene.world.lamports(&borrower.pubkey()), before + fee(Action::Unlock));
}

#[test]
fn a_borrower_may_try_the_unlock_of_their_own_car_again_after_a_lapse() {
    let mut scene = cured();
    scene.request(Action::Unlock).holds();
    let borrower = scene.borrower.insecure_clone();
    scene.claim(&borrower, 2).holds();
    let lapse = scene.invocation(2).claim.unwrap().lease_end;
    scene.at(lapse).claim(&borrower, 2).holds();
}

#[test]
fn a_borrower_is_no_keeper_of_their_own_lock() {
    let mut scene = Scene::defaulted();
    let rival = scene.rival.pubkey();
    scene.set_keepers(vec![rival]).holds();
    scene.request(Action::Lock).holds();
    let instruction = build::claim(&scene.keys, scene.borrower.pubkey(), 1);
    scene.world.send(&[instruction], &[&scene.borrower]).breaks(LatchkeyError::KeeperNotAllowed);
}
