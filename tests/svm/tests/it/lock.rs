//! Requesting a lock: every condition is checked again at that moment.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, AskedLock, LoanStatus, LockState, OpenInvocation, Vehicle};
use latchkey_client::instructions::{self as build, lock_now};
use latchkey_client::pda;
use latchkey_tests_svm::{BOND, DAY, LEASE, LoanFixture, TTL, due, fee, swap};
use solana_sdk::signer::Signer;

use crate::{event, only_event};

/// How long a lock of the fixture's terms stands.
const STANDS: i64 = 30 * DAY;

#[test]
fn a_lock_holds_its_fee_and_says_when_it_ends() {
    let mut fixture = LoanFixture::defaulted();
    let now = LoanFixture::default_at();
    let told = event!(fixture.request(Action::Lock).holds(), InvocationRequested);
    let (invocation, vehicle) = (fixture.invocation(1), fixture.vehicle());
    assert_eq!((told.invocation, told.seq, told.action), (fixture.invocation_key(1), 1, Action::Lock));
    assert_eq!((told.loan, told.vehicle), (fixture.keys.loan, fixture.keys.vehicle));
    assert_eq!(
        (told.fee, told.expires_at, told.escrow_after),
        (fee(Action::Lock), now + TTL, fixture.available())
    );
    assert_eq!((invocation.lender, invocation.loan), (fixture.lender, fixture.keys.loan));
    assert_eq!((invocation.vehicle, invocation.required), (fixture.keys.vehicle, 1));
    assert_eq!((invocation.seq, invocation.action, invocation.fee), (1, Action::Lock, fee(Action::Lock)));
    assert_eq!((invocation.bond, i64::from(invocation.lease_secs)), (BOND, LEASE));
    assert_eq!((invocation.requested_at, invocation.expires_at), (now, now + TTL));
    assert_eq!(
        (invocation.lock_until, invocation.claim(), invocation.last_lapsed()),
        (now + STANDS, None, None)
    );
    assert_eq!((invocation.rent_payer, invocation.function_revision), (fixture.payer.pubkey(), 1));
    assert_eq!(invocation.command_keys, fixture.function(Action::Lock).command_keys);
    assert_eq!(vehicle.open_request(), Some(OpenInvocation::new(Action::Lock, now + TTL)));
    assert_eq!(vehicle.lock_asked(), Some(AskedLock { seq: 1, until: now + STANDS }));
    assert_eq!((vehicle.last_seq_asked, vehicle.last_seq_proven), (1, 0));
    assert_eq!(vehicle.lock, LockState::UNLOCKED);
    assert_eq!((fixture.loan().invocations_open, fixture.escrow().committed), (1, fee(Action::Lock)));
    assert_eq!(fixture.available(), fixture.fees() - fee(Action::Lock));
    let held = fixture.chain.lamports(&told.invocation) - fixture.chain.rent_of(&told.invocation);
    assert_eq!(held, fee(Action::Lock));
}

#[test]
fn default_lock_and_claim_go_together_in_one_transaction() {
    let mut fixture = LoanFixture::new();
    fixture.at(LoanFixture::default_at() - 1);
    let all = lock_now(&fixture.keys, fixture.keeper.pubkey(), 1);
    fixture.chain.send(&all, &[&fixture.keeper]).breaks(LatchkeyError::GraceNotOver);
    fixture.at(LoanFixture::default_at());
    let done = fixture.chain.send(&all, &[&fixture.keeper]).holds();
    assert_eq!(done.events.len(), 4);
    assert_eq!(fixture.invocation(1).claim().unwrap().keeper, fixture.keeper.pubkey());
    // Keeper and payer of the rent are one here, and are both paid.
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn only_a_loan_in_default_locks() {
    let mut fixture = LoanFixture::new();
    fixture.at(LoanFixture::default_at()).request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    let mut paid = LoanFixture::defaulted();
    paid.pay_all();
    paid.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    let mut given_up = LoanFixture::defaulted();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    given_up.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
}

#[test]
fn a_wallet_that_can_cure_stops_the_lock_even_if_nobody_collected() {
    let mut fixture = LoanFixture::defaulted();
    fixture.top_up(999);
    let one_short = fixture.chain.now();
    fixture.top_up(1);
    // The look that precedes the gate ends the default; a refusal stores nothing of it.
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    assert_eq!(fixture.loan().status, LoanStatus::Defaulted);
    fixture.collect().holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    assert_eq!(fixture.chain.now(), one_short);

    let mut short = LoanFixture::defaulted();
    short.top_up(999);
    short.request(Action::Lock).holds();
}

#[test]
fn a_default_with_nothing_past_due_any_more_does_not_lock() {
    let mut fixture = LoanFixture::defaulted();
    fixture.edit_loan(|loan| loan.ledger.paid_scheduled = 1_000);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
}

#[test]
fn hold_emergency_start_and_pause_stop_a_lock_until_their_second() {
    let mut fixture =
        LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (30, 1)).fall_into_default();
    let now = LoanFixture::default_at();
    // An emergency start follows a lock that was asked for, and runs from the unlock.
    fixture.fund(1_000_000_000).holds();
    fixture.request(Action::Lock).holds();
    fixture.emergency_start().holds();
    fixture.unlock();
    fixture.place_hold(now + 10).holds();
    fixture.pause(40).holds();
    fixture.at(now + 9).request(Action::Lock).breaks(LatchkeyError::OnHold);
    fixture.at(now + 10).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(now + 29).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(now + 30).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    fixture.at(now + 39).request(Action::Lock).breaks(LatchkeyError::LenderPaused);
    fixture.at(now + 40).request(Action::Lock).holds();
}

#[test]
fn a_standing_lock_is_renewed_in_its_last_third_to_the_second() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(1_000_000_000).holds();
    let third = LoanFixture::default_at() + STANDS * 2 / 3;
    fixture.at(third - 1).request(Action::Lock).breaks(LatchkeyError::LockStands);
    fixture.at(third).request(Action::Lock).holds();
    fixture.fulfil(2);
    assert_eq!(fixture.vehicle().lock, LockState::locked(2, third, third + STANDS));
    fixture.at(third + 1).request(Action::Lock).breaks(LatchkeyError::LockStands);
}

#[test]
fn a_lock_that_ran_out_can_be_asked_for_again() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(1_000_000_000).holds();
    fixture.at(LoanFixture::default_at() + STANDS).request(Action::Lock).holds();
}

#[test]
fn one_lock_is_open_at_a_time_until_it_expires_and_no_warning_beside_it() {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(1_000_000_000).holds();
    fixture.request(Action::Lock).holds();
    let expires = LoanFixture::default_at() + TTL;
    fixture.at(expires - 1).request(Action::Lock).breaks(LatchkeyError::InvocationOpen);
    fixture.request(Action::Warn).breaks(LatchkeyError::InvocationOpen);
    fixture.at(expires).request(Action::Lock).holds();
    assert_eq!(fixture.vehicle().last_seq_asked, 2);
}

#[test]
fn a_lock_takes_the_place_of_an_open_warning() {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(1_000_000_000).holds();
    fixture.request(Action::Warn).holds();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::Superseded);
    fixture.fulfil(2);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn a_lock_takes_the_place_of_an_open_unlock() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(1_000_000_000).holds();
    let authority = fixture.authority.insecure_clone();
    fixture.request_as(&authority, Action::Unlock).holds();
    // The lender's own unlock lasts a day as a hold.
    let free = LoanFixture::default_at() + DAY;
    fixture.at(free - 1).request(Action::Lock).breaks(LatchkeyError::OnHold);
    fixture.at(free).request(Action::Lock).holds();
    assert_eq!(fixture.vehicle().open.action, Action::Lock);
}

#[test]
fn an_escrow_must_cover_the_lock_and_the_unlock_after_it() {
    let mut fixture = LoanFixture::before_loan();
    for action in [Action::Warn, Action::Lock] {
        let cheap = latchkey::instructions::SetFunctionArgs { fee: 1, ..fixture.offer(action) };
        fixture.set_function(action, cheap).holds();
    }
    let least = fixture.origination(fixture.terms, 2 + fee(Action::Unlock));
    fixture.sign_origination(least).holds();
    let offer = fixture.offer(Action::Lock);
    fixture.set_function(Action::Lock, offer).holds();
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).breaks(LatchkeyError::EscrowShort);
    fixture.fund(fee(Action::Lock) - 3).holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::EscrowShort);
    fixture.fund(1).holds();
    fixture.request(Action::Lock).holds();
    assert_eq!(fixture.available(), fee(Action::Unlock));
}

#[test]
fn an_escrow_is_funded_by_anybody_with_something() {
    let mut fixture = LoanFixture::new();
    let before = fixture.available();
    fixture.fund(0).breaks(LatchkeyError::ZeroAmount);
    let told = only_event!(fixture.fund(77).holds(), EscrowFunded);
    assert_eq!((told.loan, told.by, told.lamports), (fixture.keys.loan, fixture.stranger.pubkey(), 77));
    assert_eq!((told.before, told.after, fixture.available()), (before, before + 77, before + 77));
    assert_eq!(fixture.escrow().deposited, before + 77);
}

#[test]
fn an_open_lock_keeps_what_it_was_asked_with() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let offer = latchkey::instructions::SetFunctionArgs { fee: 1, bond: 1, ..fixture.offer(Action::Lock) };
    fixture.set_function(Action::Lock, offer).holds();
    let invocation = fixture.invocation(1);
    assert_eq!((invocation.fee, invocation.bond, invocation.function_revision), (fee(Action::Lock), BOND, 1));
}

#[test]
fn a_lock_can_be_asked_for_where_somebody_sent_lamports_before() {
    let mut fixture = LoanFixture::defaulted();
    let (rent, address) = (fixture.chain.rent(0), fixture.invocation_key(1));
    fixture.chain.airdrop(&address, rent);
    fixture.request(Action::Lock).holds();
    let receipt_fee = fee(Action::Lock);
    let keeper = fixture.keeper.insecure_clone();
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.fulfil(1);
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before + receipt_fee);
}

#[test]
fn a_lock_is_asked_for_with_the_loans_own_accounts() {
    let mut fixture = LoanFixture::defaulted();
    let (_, first) = fixture.turn_to_another_car();
    let other = fixture.keys;
    fixture.keys = first;
    let honest = build::request(&first, fixture.payer.pubkey(), None, Action::Lock, 1);
    let refused = |fixture: &mut LoanFixture, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        fixture.chain.send(&[instruction], &[&fixture.payer]).breaks(rule);
    };
    refused(&mut fixture, &first.wallet, &other.wallet, LatchkeyError::WrongLoan);
    refused(&mut fixture, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    let unlock = pda::function(&fixture.lender, Action::Unlock);
    let dearer = swap(honest.clone(), &pda::function(&fixture.lender, Action::Lock), &unlock);
    fixture.chain.send(&[dearer], &[&fixture.payer]).breaks(LatchkeyError::WrongLender);
    // Another car, at the address of its own next invocation.
    let invocation = pda::invocation(&other.vehicle, 1);
    let instruction = swap(honest.clone(), &first.vehicle, &other.vehicle);
    let instruction = swap(instruction, &pda::invocation(&first.vehicle, 1), &invocation);
    fixture.chain.send(&[instruction], &[&fixture.payer]).breaks(LatchkeyError::WrongVehicle);
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.chain.send(&[honest], &[&fixture.payer]).breaks(LatchkeyError::WrongLender);
}

#[test]
fn a_stranger_cannot_ask_in_the_lenders_name() {
    let mut fixture = LoanFixture::defaulted();
    let stranger = fixture.stranger.insecure_clone();
    fixture.request_as(&stranger, Action::Lock).breaks(LatchkeyError::NotParty);
}

#[test]
fn a_sequence_number_is_the_next_one_and_no_other() {
    let mut fixture = LoanFixture::defaulted();
    for seq in [0, 2] {
        let instruction = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, seq);
        let outcome = fixture.chain.send(&[instruction], &[&fixture.payer]);
        outcome.breaks_constraint(ErrorCode::ConstraintSeeds);
    }
    let vehicle = fixture.keys.vehicle;
    fixture.chain.edit::<Vehicle>(&vehicle, |vehicle| vehicle.last_seq_asked = u64::MAX);
    let instruction = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 0);
    fixture.chain.send(&[instruction], &[&fixture.payer]).breaks(LatchkeyError::Overflow);
}

#[test]
fn a_warning_or_a_lock_names_its_function() {
    let mut fixture = LoanFixture::defaulted();
    for action in [Action::Warn, Action::Lock] {
        let honest = build::request(&fixture.keys, fixture.payer.pubkey(), None, action, 1);
        // The program's own address stands for an account that is left out.
        let without = swap(honest, &pda::function(&fixture.lender, action), &latchkey::ID);
        fixture.chain.send(&[without], &[&fixture.payer]).breaks(LatchkeyError::FunctionMissing);
    }
}

/// Whoever claimed it later would post a bond for a command that the car refuses.
#[test]
fn a_call_for_a_lock_is_over_when_the_lock_is_to_the_second() {
    let mut fixture = LoanFixture::on(|terms| terms.lock_ttl_secs = 3_600).fall_into_default();
    fixture.fund(100_000_000).holds();
    let keeper = fixture.keeper.insecure_clone();
    let asked = LoanFixture::default_at();
    let told = only_event!(fixture.request(Action::Lock).holds(), InvocationRequested);
    let call = fixture.invocation(1);
    assert_eq!(
        (told.expires_at, call.expires_at, call.lock_until),
        (asked + 3_600, asked + 3_600, asked + 3_600)
    );
    fixture.at(asked + 3_599).clone().claim(&keeper, 1).holds();
    fixture.clone().request(Action::Lock).breaks(LatchkeyError::InvocationOpen);
    fixture.at(asked + 3_600).claim(&keeper, 1).breaks(LatchkeyError::Expired);
    fixture.request(Action::Lock).holds();
}

/// The car may have obeyed the older one only.
#[test]
fn a_shorter_lock_hides_no_longer_one_that_may_stand() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(100_000_000).holds();
    let ends = LoanFixture::default_at() + 30 * DAY;
    let args = fixture.amendment(|terms| (terms.lock_ttl_secs, terms.first_due) = (3_600, due(1)));
    fixture.amend_by_both(args).holds();
    // Nobody has the unlock done that is due.
    fixture.request(Action::Unlock).holds();
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).holds();
    assert_eq!((fixture.vehicle().asked.seq, fixture.vehicle().asked.until), (3, ends));
    fixture.at(ends - 1).pay_all();
    for seq in [2, 3] {
        fixture.expire(seq).holds();
    }
    fixture.close().breaks(LatchkeyError::VehicleLocked);
    fixture.at(ends).close().holds();
}
