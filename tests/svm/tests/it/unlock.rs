//! Unlocking: nothing may keep a paid-up car locked.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::{MAX_PAUSE_SECS, SettlementReason};
use latchkey::state::{Action, Calendar, Escrow, LoanStatus, LockState};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, TTL, WEEK, due, fee, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{event, only_event};

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
    assert!(fixture.vehicle().lock.is_locked);
    fixture.request(Action::Unlock).holds();
    assert_eq!((fixture.invocation(2).action, fixture.invocation(2).lock_until), (Action::Unlock, 0));
    fixture.fulfil(2);
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().lock_asked()), (LockState::UNLOCKED, None));
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
    fixture.request_as(&stranger, Action::Unlock).breaks(LatchkeyError::NotParty);
    fixture.request_as(&borrower, Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    let servicer = fixture.servicer.insecure_clone();
    fixture.request_as(&servicer, Action::Unlock).holds();
}

#[test]
fn hold_and_emergency_start_unlock_until_their_second() {
    type Start = fn(&mut LoanFixture, i64);
    let now = LoanFixture::default_at();
    let starts: [(Start, i64); 2] = [
        (|fixture, until| drop(fixture.place_hold(until).holds()), now + 10),
        (|fixture, _| drop(fixture.emergency_start().holds()), now + TTL + 10),
    ];
    for (start, until) in starts {
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
fn paid_off_settled_and_given_up_loans_unlock() {
    let ends: [fn(&mut LoanFixture); 3] = [
        LoanFixture::pay_all,
        |fixture| drop(fixture.settle(SettlementReason::TotalLoss).holds()),
        |fixture| drop(fixture.at(due(0) + 120 * DAY).charge_off().holds()),
    ];
    for end in ends {
        let mut fixture = LoanFixture::locked();
        end(&mut fixture);
        fixture.request(Action::Unlock).holds();
    }
}

#[test]
fn a_lenders_own_unlock_comes_with_a_hold_of_a_day_to_the_second() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(1_000_000_000).holds();
    let now = fixture.chain.now();
    let servicer = fixture.servicer.insecure_clone();
    fixture.request_as(&servicer, Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.loan().hold_until, now + DAY);
    fixture.at(now + DAY - 1).request(Action::Lock).breaks(LatchkeyError::OnHold);
    fixture.at(now + DAY).request(Action::Lock).holds();
    // A longer promise stays.
    let mut promised = LoanFixture::locked();
    promised.place_hold(now + 2 * DAY).holds();
    promised.request_as(&servicer, Action::Unlock).holds();
    assert_eq!(promised.loan().hold_until, now + 2 * DAY);
}

#[test]
fn a_borrower_asks_for_an_unlock_without_a_lock_on_record_and_without_a_fee() {
    let mut fixture = LoanFixture::new();
    let borrower = fixture.borrower.insecure_clone();
    let available = fixture.available();
    let told = event!(fixture.request_as(&borrower, Action::Unlock).holds(), InvocationRequested);
    assert_eq!((told.fee, told.escrow_after), (0, available));
    fixture.request_as(&borrower, Action::Unlock).breaks(LatchkeyError::InvocationOpen);
    fixture.fulfil(1);
    // Not while the loan is in default: then only a lock on record and a reason make one due.
    let mut late = LoanFixture::defaulted();
    late.request_as(&borrower, Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
}

#[test]
fn who_brings_the_receipt_of_an_unlock_and_signs_is_paid() {
    for bringer in ["keeper", "rival", "borrower", "stranger"] {
        let mut fixture = cured();
        fixture.request(Action::Unlock).holds();
        let bringer = person(bringer);
        let receipt = fixture.receipt(2);
        let before = fixture.chain.lamports(&bringer.pubkey());
        let told = only_event!(fixture.confirm_by(&bringer, &receipt).holds(), InvocationConfirmed);
        assert_eq!((told.keeper, told.fee, told.bond), (bringer.pubkey(), fee(Action::Unlock), 0));
        assert_eq!(fixture.chain.lamports(&bringer.pubkey()), before + fee(Action::Unlock));
        assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    }
}

/// Else the first to see a receipt in flight could name itself.
#[test]
fn who_does_not_sign_is_not_paid_for_an_unlock() {
    let mut fixture = cured();
    fixture.request(Action::Unlock).holds();
    let signed = fixture.car.sign(&fixture.receipt(2).encode());
    let [proof, mut confirm] = fixture.confirmation(&signed);
    for meta in &mut confirm.accounts {
        meta.is_signer = false;
    }
    fixture.chain.send(&[proof, confirm], &[]).breaks(LatchkeyError::BringerMustSign);
}

/// A loan left for more moments than one call walks is not known to be in default.
#[test]
fn what_cannot_be_computed_counts_for_the_driver() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::seconds(86_400), START + WEEK);
        (terms.count, terms.principal) = (30, 30_000);
    })
    .fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    // Two days after default, four moments have passed since the last look.
    let walked = LoanFixture::default_at() + 15 * DAY;
    fixture.at(walked).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.at(walked + 2 * DAY).request(Action::Unlock).holds();
}

#[test]
fn a_pause_does_not_keep_a_car_locked() {
    let mut fixture = cured();
    fixture.pause(MAX_PAUSE_SECS).holds();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn an_unlock_pays_what_an_escrow_has_left_and_is_never_refused_for_it() {
    for left in [fee(Action::Unlock) - 1, 1, 0] {
        let mut fixture = cured();
        drain_escrow_to(&mut fixture, left);
        let told = event!(fixture.request(Action::Unlock).holds(), InvocationRequested);
        assert_eq!((told.fee, told.escrow_after), (left, 0));
        let before = fixture.chain.lamports(&fixture.keeper.pubkey());
        fixture.fulfil(2);
        assert_eq!(fixture.chain.lamports(&fixture.keeper.pubkey()), before + left);
        assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    }
}

/// Takes lamports out of the escrow directly.
fn drain_escrow_to(fixture: &mut LoanFixture, left: u64) {
    let escrow = fixture.keys.escrow;
    let rent = fixture.escrow().rent;
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
    fixture.expire(1).holds();
    assert_eq!(fixture.vehicle().open.action, Action::Unlock);
}

#[test]
fn a_lock_whose_receipt_never_came_can_still_be_undone() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.at(LoanFixture::default_at() + TTL).expire(1).holds();
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().open_request()), (LockState::UNLOCKED, None));
    fixture.top_up(1_025);
    fixture.collect().holds();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock_asked(), None);
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
fn an_allow_list_does_not_keep_an_unlock_from_anyone() {
    let mut fixture = cured();
    let rival = fixture.rival.pubkey();
    fixture.set_keepers(vec![rival]).holds();
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
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

#[test]
fn an_unlock_that_is_proven_after_its_time_counts_and_each_one_is_paid_once() {
    let mut fixture = cured();
    fixture.fund(1_000_000_000).holds();
    let now = fixture.chain.now();
    fixture.request(Action::Unlock).holds();
    fixture.at(now + TTL).request(Action::Unlock).holds();
    let keeper = fixture.keeper.pubkey();
    let before = fixture.chain.lamports(&keeper);
    let newer = fixture.receipt(3);
    fixture.confirm(&newer).holds();
    let older = fixture.receipt(2);
    fixture.confirm(&older).holds();
    assert_eq!(fixture.chain.lamports(&keeper), before + 2 * fee(Action::Unlock));
    let gone = anchor_lang::error::ErrorCode::AccountNotInitialized;
    fixture.confirm(&older).breaks_constraint(gone);
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().last_seq_proven), (LockState::UNLOCKED, 3));
}

#[test]
fn an_unlock_that_nobody_did_is_cleared_away_and_asked_for_again() {
    let mut fixture = cured();
    let (available, now) = (fixture.available(), fixture.chain.now());
    fixture.request(Action::Unlock).holds();
    fixture.at(now + TTL - 1).expire(2).breaks(LatchkeyError::NotExpired);
    fixture.at(now + TTL).expire(2).holds();
    assert_eq!(fixture.available(), available);
    fixture.unlock();
}
