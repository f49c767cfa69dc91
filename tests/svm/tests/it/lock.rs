//! Asking for a lock: everything is looked at again, this moment.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, AskedLock, LockState, OpenInvocation, Vehicle};
use latchkey_client::instructions::{self as build, lock_now};
use latchkey_client::pda;
use latchkey_tests_svm::{BOND, DAY, LEASE, Scene, TTL, due, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

/// How long a lock of the scene's terms stands.
const STANDS: i64 = 30 * DAY;

#[test]
fn a_lock_holds_its_fee_and_says_when_it_ends() {
    let mut scene = Scene::defaulted();
    let now = Scene::default_at();
    let told = only_event!(scene.request(Action::Lock).holds(), InvocationRequested);
    let (invocation, vehicle) = (scene.invocation(1), scene.vehicle());
    assert_eq!((told.invocation, told.seq, told.action), (scene.invocation_key(1), 1, Action::Lock));
    assert_eq!((told.loan, told.vehicle), (scene.keys.loan, scene.keys.vehicle));
    assert_eq!(
        (told.fee, told.expires_at, told.escrow_after),
        (fee(Action::Lock), now + TTL, scene.available())
    );
    assert_eq!((invocation.lender, invocation.loan), (scene.lender, scene.keys.loan));
    assert_eq!((invocation.vehicle, invocation.borrower), (scene.keys.vehicle, scene.borrower.pubkey()));
    assert_eq!((invocation.seq, invocation.action, invocation.fee), (1, Action::Lock, fee(Action::Lock)));
    assert_eq!((invocation.bond, i64::from(invocation.lease_secs)), (BOND, LEASE));
    assert_eq!((invocation.requested_at, invocation.expires_at), (now, now + TTL));
    assert_eq!((invocation.lock_until, invocation.claim, invocation.last_lapsed), (now + STANDS, None, None));
    assert_eq!((invocation.rent_payer, invocation.function_revision), (scene.payer.pubkey(), 1));
    assert_eq!(invocation.command_key, scene.function(Action::Lock).command_key);
    assert_eq!(vehicle.open, Some(OpenInvocation { action: Action::Lock, expires_at: now + TTL }));
    assert_eq!(vehicle.lock_asked, Some(AskedLock { seq: 1, until: now + STANDS }));
    assert_eq!((vehicle.last_seq_asked, vehicle.last_seq_proven), (1, 0));
    assert_eq!(vehicle.lock, LockState::Unlocked);
    assert_eq!((scene.loan().invocations_open, scene.escrow().committed), (1, fee(Action::Lock)));
    assert_eq!(scene.available(), scene.fees() - fee(Action::Lock));
    let held = scene.world.lamports(&told.invocation) - scene.world.rent_of(&told.invocation);
    assert_eq!(held, fee(Action::Lock));
}

#[test]
fn collect_default_lock_and_claim_go_together_in_one_transaction() {
    let mut scene = Scene::new();
    scene.at(Scene::default_at() - 1);
    let all = lock_now(&scene.keys, scene.keeper.pubkey(), 1);
    scene.world.send(&all, &[&scene.keeper]).breaks(LatchkeyError::GraceNotOver);
    scene.at(Scene::default_at());
    let done = scene.world.send(&all, &[&scene.keeper]).holds();
    assert_eq!(done.events.len(), 4);
    assert_eq!(scene.invocation(1).claim.unwrap().keeper, scene.keeper.pubkey());
    // Keeper and payer of the rent are one here, and are both paid.
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
}

#[test]
fn only_a_loan_in_default_locks() {
    let mut scene = Scene::new();
    scene.at(Scene::default_at()).request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    let mut paid = Scene::defaulted();
    paid.pay_all();
    paid.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    let mut given_up = Scene::defaulted();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
}

#[test]
fn a_wallet_that_can_cure_stops_the_lock_even_if_nobody_collected() {
    let mut scene = Scene::defaulted();
    scene.top_up(999);
    let one_short = scene.world.now();
    scene.top_up(1);
    scene.request(Action::Lock).breaks(LatchkeyError::WalletCanPay);
    scene.collect().holds();
    scene.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    assert_eq!(scene.world.now(), one_short);

    let mut short = Scene::defaulted();
    short.top_up(999);
    short.request(Action::Lock).holds();
}

#[test]
fn a_default_with_nothing_past_due_any_more_does_not_lock() {
    let mut scene = Scene::defaulted();
    scene.edit_loan(|loan| loan.ledger.paid_scheduled = 1_000);
    scene.request(Action::Lock).breaks(LatchkeyError::NotPastDue);
}

#[test]
fn hold_emergency_start_and_pause_stop_a_lock_until_their_second() {
    let mut scene =
        Scene::on(|terms| (terms.emergency_secs, terms.emergency_max) = (30, 1)).fall_into_default();
    let now = Scene::default_at();
    // An emergency start follows a lock that was asked for.
    scene.fund(1_000_000_000).holds();
    scene.request(Action::Lock).holds();
    scene.emergency_start().holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.place_hold(now + 10).holds();
    scene.pause(20).holds();
    scene.at(now + 9).request(Action::Lock).breaks(LatchkeyError::OnHold);
    scene.at(now + 10).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    scene.at(now + 19).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    scene.at(now + 20).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    scene.at(now + 29).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    scene.at(now + 30).request(Action::Lock).holds();
}

#[test]
fn a_standing_lock_is_renewed_in_its_last_third_to_the_second() {
    let mut scene = Scene::locked();
    scene.fund(1_000_000_000).holds();
    let third = Scene::default_at() + STANDS * 2 / 3;
    scene.at(third - 1).request(Action::Lock).breaks(LatchkeyError::LockStands);
    scene.at(third).request(Action::Lock).holds();
    scene.fulfil(2);
    assert_eq!(scene.vehicle().lock, LockState::Locked { since: third, until: third + STANDS });
    scene.at(third + 1).request(Action::Lock).breaks(LatchkeyError::LockStands);
}

#[test]
fn a_lock_that_ran_out_can_be_asked_for_again() {
    let mut scene = Scene::locked();
    scene.fund(1_000_000_000).holds();
    scene.at(Scene::default_at() + STANDS).request(Action::Lock).holds();
}

#[test]
fn a_lock_without_an_end_is_never_renewed() {
    let mut scene = Scene::on(|terms| terms.lock_ttl_secs = 0).fall_into_default();
    scene.request(Action::Lock).holds();
    assert_eq!(scene.invocation(1).lock_until, 0);
    scene.fulfil(1);
    scene.fund(1_000_000_000).holds();
    scene.at(due(9) * 2).request(Action::Lock).breaks(LatchkeyError::LockStands);
}

#[test]
fn nothing_more_is_asked_of_a_car_while_something_is_open() {
    let mut scene = Scene::defaulted();
    scene.fund(1_000_000_000).holds();
    scene.request(Action::Lock).holds();
    scene.request(Action::Lock).breaks(LatchkeyError::InvocationOpen);
    scene.request(Action::Warn).breaks(LatchkeyError::InvocationOpen);
    scene.at(Scene::default_at() + TTL).expire(1).holds();
    scene.request(Action::Warn).holds();
    scene.request(Action::Lock).breaks(LatchkeyError::InvocationOpen);
}

#[test]
fn an_escrow_must_cover_the_lock_and_the_unlock_after_it() {
    let mut scene = Scene::before_loan();
    for action in [Action::Warn, Action::Lock] {
        let cheap = latchkey::instructions::SetFunctionArgs { fee: 1, ..scene.offer(action) };
        scene.set_function(action, cheap).holds();
    }
    let least = scene.origination(scene.terms, 2 + fee(Action::Unlock));
    scene.sign_origination(least).holds();
    let offer = scene.offer(Action::Lock);
    scene.set_function(Action::Lock, offer).holds();
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).breaks(LatchkeyError::EscrowShort);
    scene.fund(fee(Action::Lock) - 3).holds();
    scene.request(Action::Lock).breaks(LatchkeyError::EscrowShort);
    scene.fund(1).holds();
    scene.request(Action::Lock).holds();
    assert_eq!(scene.available(), fee(Action::Unlock));
}

#[test]
fn an_escrow_is_funded_by_anybody_with_something() {
    let mut scene = Scene::new();
    let before = scene.available();
    scene.fund(0).breaks(LatchkeyError::ZeroAmount);
    let told = only_event!(scene.fund(77).holds(), EscrowFunded);
    assert_eq!((told.loan, told.by, told.lamports), (scene.keys.loan, scene.stranger.pubkey(), 77));
    assert_eq!((told.before, told.after, scene.available()), (before, before + 77, before + 77));
    assert_eq!(scene.escrow().deposited, before + 77);
}

#[test]
fn an_open_lock_keeps_what_it_was_asked_with() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let offer = latchkey::instructions::SetFunctionArgs { fee: 1, bond: 1, ..scene.offer(Action::Lock) };
    scene.set_function(Action::Lock, offer).holds();
    let invocation = scene.invocation(1);
    assert_eq!((invocation.fee, invocation.bond, invocation.function_revision), (fee(Action::Lock), BOND, 1));
}

#[test]
fn a_lock_can_be_asked_for_where_somebody_sent_lamports_before() {
    let mut scene = Scene::defaulted();
    let (rent, address) = (scene.world.rent(0), scene.invocation_key(1));
    scene.world.airdrop(&address, rent);
    scene.request(Action::Lock).holds();
    let receipt_fee = fee(Action::Lock);
    let keeper = scene.keeper.insecure_clone();
    let before = scene.world.lamports(&keeper.pubkey());
    scene.fulfil(1);
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before + receipt_fee);
}

#[test]
fn a_lock_is_asked_for_with_the_loans_own_accounts() {
    let mut scene = Scene::defaulted();
    let (_, first) = scene.turn_to_another_car();
    let other = scene.keys;
    scene.keys = first;
    let honest = build::request(&first, scene.payer.pubkey(), None, Action::Lock, 1);
    let refused = |scene: &mut Scene, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        scene.world.send(&[instruction], &[&scene.payer]).breaks(rule);
    };
    refused(&mut scene, &first.wallet, &other.wallet, LatchkeyError::WrongLoan);
    refused(&mut scene, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    let unlock = pda::function(&scene.lender, Action::Unlock);
    let dearer = swap(honest.clone(), &pda::function(&scene.lender, Action::Lock), &unlock);
    scene.world.send(&[dearer], &[&scene.payer]).breaks_constraint(ErrorCode::ConstraintSeeds);
    // Another car, at the address of its own next invocation.
    let invocation = pda::invocation(&other.vehicle, 1);
    let instruction = swap(honest.clone(), &first.vehicle, &other.vehicle);
    let instruction = swap(instruction, &pda::invocation(&first.vehicle, 1), &invocation);
    scene.world.send(&[instruction], &[&scene.payer]).breaks(LatchkeyError::WrongVehicle);
    let another = scene.stranger.pubkey();
    scene.edit_loan(|loan| loan.lender = another);
    scene.world.send(&[honest], &[&scene.payer]).breaks(LatchkeyError::WrongLender);
}

#[test]
fn a_stranger_cannot_ask_in_the_lenders_name() {
    let mut scene = Scene::defaulted();
    let stranger = scene.stranger.insecure_clone();
    scene.request_as(&stranger, Action::Lock).breaks(LatchkeyError::NotServicing);
}

#[test]
fn a_sequence_number_is_the_next_one_and_no_other() {
    let mut scene = Scene::defaulted();
    for seq in [0, 2] {
        let instruction = build::request(&scene.keys, scene.payer.pubkey(), None, Action::Lock, seq);
        let outcome = scene.world.send(&[instruction], &[&scene.payer]);
        outcome.breaks_constraint(ErrorCode::ConstraintSeeds);
    }
    let vehicle = scene.keys.vehicle;
    scene.world.edit::<Vehicle>(&vehicle, |vehicle| vehicle.last_seq_asked = u64::MAX);
    let instruction = build::request(&scene.keys, scene.payer.pubkey(), None, Action::Lock, 0);
    scene.world.send(&[instruction], &[&scene.payer]).breaks(LatchkeyError::Overflow);
}
