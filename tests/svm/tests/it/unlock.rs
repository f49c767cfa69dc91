//! Unlocking: nothing may keep a paid-up car locked.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::{Action, Escrow, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, TTL, due, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A locked car whose borrower has paid what was past due.
fn cured() -> LoanFixture {
    let mut fixture = LoanFixture::locked();
    fixture.top_up(1_000);
    fixture.collect().holds();
    assert_eq!(fixture.loan().status, LoanStatus::Active);
    fixture
}

#[test]
fn a_cured_loan_unlocks_for_anybody_who_asks() {
    let mut fixture = cured();
    assert!(matches!(fixture.vehicle().lock, LockState::Locked { .. }));
    fixture.request(Action::Unlock).holds();
    assert_eq!((fixture.invocation(2).action, fixture.invocation(2).lock_until), (Action::Unlock, 0));
    fixture.fulfil(2);
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().lock_asked), (LockState::Unlocked, None));
    fixture.request(Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
}

#[test]
fn a_car_that_was_never_asked_to_lock_has_nothing_to_unlock() {
    let mut fixture = LoanFixture::new();
    fixture.request(Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
    let authority = fixture.authority.insecure_clone();
    fixture.request_as(&authority, Action::Unlock).breaks(LatchkeyError::NothingToUnlock);
}

#[test]
fn a_loan_in_default_stays_locked_unless_the_lender_or_the_wallet_says_otherwise() {
    let mut fixture = LoanFixture::locked();
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.top_up(999);
    fixture.request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.top_up(1);
    fixture.request(Action::Unlock).holds();
}

#[test]
fn the_lender_unlocks_at_will_and_nobody_in_its_name() {
    let mut fixture = LoanFixture::locked();
    let [stranger, borrower] = [&fixture.stranger, &fixture.borrower].map(Keypair::insecure_clone);
    fixture.request_as(&stranger, Action::Unlock).breaks(LatchkeyError::NotServicing);
    fixture.request_as(&borrower, Action::Unlock).breaks(LatchkeyError::NotServicing);
    let servicer = fixture.servicer.insecure_clone();
    fixture.request_as(&servicer, Action::Unlock).holds();
}

#[test]
fn hold_and_emergency_start_unlock_until_their_second() {
    let until = LoanFixture::default_at() + 10;
    let starts: [fn(&mut LoanFixture, i64); 2] = [
        |fixture, until| drop(fixture.place_hold(until).holds()),
        |fixture, _| drop(fixture.emergency_start().holds()),
    ];
    for start in starts {
        let mut fixture = LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (10, 1))
            .fall_into_default();
        fixture.request(Action::Lock).holds();
        fixture.fulfil(1);
        start(&mut fixture, until);
        fixture.at(until).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
        fixture.at(until - 1).request(Action::Unlock).holds();
    }
}

#[test]
fn paid_off_and_given_up_loans_unlock() {
    let mut paid = LoanFixture::locked();
    paid.pay_all();
    paid.request(Action::Unlock).holds();
    let mut given_up = LoanFixture::locked();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.request(Action::Unlock).holds();
}

#[test]
fn a_pause_does_not_keep_a_car_locked() {
    let mut fixture = cured();
    fixture.pause(MAX_PAUSE_SECS).holds();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock, LockState::Unlocked);
}

#[test]
fn an_unlock_pays_what_an_escrow_has_left_and_is_never_refused_for_it() {
    for left in [fee(Action::Unlock) - 1, 1, 0] {
        let mut fixture = cured();
        drain_escrow_to(&mut fixture, left);
        let told = only_event!(fixture.request(Action::Unlock).holds(), InvocationRequested);
        assert_eq!((told.fee, told.escrow_after), (left, 0));
        let before = fixture.chain.lamports(&fixture.keeper.pubkey());
        fixture.fulfil(2);
        assert_eq!(fixture.chain.lamports(&fixture.keeper.pubkey()), before + left);
        assert_eq!(fixture.vehicle().lock, LockState::Unlocked);
    }
}

/// Takes lamports out of the escrow directly.
fn drain_escrow_to(fixture: &mut LoanFixture, left: u64) {
    let escrow = fixture.keys.escrow;
    let rent = fixture.chain.rent_of(&escrow);
    let mut account = fixture.chain.svm().get_account(&escrow).unwrap();
    account.lamports = rent + left;
    fixture.chain.svm().set_account(escrow, account).unwrap();
    assert_eq!(fixture.chain.read::<Escrow>(&escrow).loan, fixture.keys.loan);
}

#[test]
fn a_treasury_that_takes_no_payment_does_not_keep_a_car_locked() {
    let mut fixture = LoanFixture::locked();
    fixture.top_up(1_000);
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.freeze(chain, &keys.treasury);
    let frozen = 17;
    fixture.collect().breaks_elsewhere(frozen);
    fixture.request(Action::Unlock).holds();
}

#[test]
fn an_unlock_supersedes_an_open_lock() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    fixture.request(Action::Unlock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::Superseded);
    fixture.claim(&keeper, 2).holds();
    fixture.expire(1).holds();
    assert_eq!(fixture.vehicle().open.unwrap().action, Action::Unlock);
}

#[test]
fn a_lock_whose_receipt_never_came_can_still_be_undone() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.at(LoanFixture::default_at() + TTL).expire(1).holds();
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().open), (LockState::Unlocked, None));
    fixture.top_up(1_025);
    fixture.collect().holds();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock_asked, None);
}

#[test]
fn one_unlock_is_open_at_a_time_until_it_expires_to_the_second() {
    let mut fixture = cured();
    let now = fixture.chain.now();
    fixture.request(Action::Unlock).holds();
    fixture.at(now + TTL - 1).request(Action::Unlock).breaks(LatchkeyError::InvocationOpen);
    fixture.at(now + TTL).request(Action::Unlock).holds();
    assert_eq!(fixture.loan().invocations_open, 2);
}

#[test]
fn a_borrower_claims_the_unlock_of_their_own_car_without_bond_or_leave() {
    let mut fixture = cured();
    let rival = fixture.rival.pubkey();
    fixture.set_keepers(vec![rival]).holds();
    fixture.request(Action::Unlock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 2).breaks(LatchkeyError::KeeperNotAllowed);
    let borrower = fixture.borrower.insecure_clone();
    let before = fixture.chain.lamports(&borrower.pubkey());
    fixture.claim(&borrower, 2).holds();
    assert_eq!(fixture.chain.lamports(&borrower.pubkey()), before);
    let receipt = fixture.receipt(2);
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&borrower.pubkey()), before + fee(Action::Unlock));
}

#[test]
fn a_borrower_may_try_the_unlock_of_their_own_car_again_after_a_lapse() {
    let mut fixture = cured();
    fixture.request(Action::Unlock).holds();
    let borrower = fixture.borrower.insecure_clone();
    fixture.claim(&borrower, 2).holds();
    let lapse = fixture.invocation(2).claim.unwrap().lease_end;
    fixture.at(lapse).claim(&borrower, 2).holds();
}

#[test]
fn a_borrower_is_no_keeper_of_their_own_lock() {
    let mut fixture = LoanFixture::defaulted();
    let rival = fixture.rival.pubkey();
    fixture.set_keepers(vec![rival]).holds();
    fixture.request(Action::Lock).holds();
    let instruction = build::claim(&fixture.keys, fixture.borrower.pubkey(), 1);
    fixture.chain.send(&[instruction], &[&fixture.borrower]).breaks(LatchkeyError::KeeperNotAllowed);
}
