//! The sale of a loan to another lender.

use latchkey::errors::LatchkeyError;
use latchkey::rules::sale::{MAX_CLOCK_SKEW_SECS, MAX_HAND_OVER_AGE_SECS};
use latchkey::state::{Action, LoanStatus};
use latchkey_client::instructions as build;
use latchkey_protocol::{HandOverReceipt, KeySet, Keyring};
use latchkey_tests_svm::{Car, DAY, LoanFixture, START, TTL, due, person};
use solana_sdk::signer::Signer;

use crate::only_event;

/// A loan with a change, and a lender who may buy it.
fn sellable() -> LoanFixture {
    let mut fixture = LoanFixture::new();
    fixture.found_buyer();
    fixture
}

fn receipt(fixture: &LoanFixture) -> HandOverReceipt {
    fixture.car.handed_over(&fixture.buyer().keyring, fixture.chain.now())
}

#[test]
fn a_sale_moves_loan_car_and_escrow_and_leaves_the_loan_as_it_was() {
    let mut fixture = sellable();
    fixture.place_hold(START + DAY).holds();
    let (before, buyer) = (fixture.loan(), fixture.buyer());
    let told = only_event!(fixture.assign().holds(), LoanAssigned);
    assert_eq!((told.loan, told.vehicle), (fixture.keys.loan, fixture.keys.vehicle));
    assert_eq!((told.before, told.after, told.device_time), (fixture.lender, buyer.lender, START));
    let loan = fixture.loan();
    assert_eq!((loan.lender, fixture.vehicle().lender), (buyer.lender, buyer.lender));
    assert_eq!((loan.terms, loan.ledger, loan.notices), (before.terms, before.ledger, before.notices));
    assert_eq!((loan.hold_until, loan.borrower), (before.hold_until, before.borrower));
    assert_eq!((loan.unlock_fee, loan.unlock_ttl_secs), (before.unlock_fee, before.unlock_ttl_secs));
    assert_eq!(loan.revision, before.revision + 1);
    assert_eq!(fixture.lender_account().loans_closed, 1);

    fixture.turn_to_buyer();
    assert_eq!(fixture.lender_account().loans_opened, 1);
    // The buyer is paid, spends the escrow and enforces from now on.
    fixture.top_up(1_000);
    let treasury = fixture.chain.tokens(&fixture.keys.treasury);
    fixture.at(due(0)).collect().holds();
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury + 1_000);
    fixture.withdraw_escrow(1_000_000).holds();
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.fund(100_000_000).holds();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn the_seller_can_do_nothing_afterwards() {
    let mut fixture = sellable();
    fixture.assign().holds();
    fixture.place_hold(START + DAY).breaks(LatchkeyError::WrongLender);
    fixture.collect().breaks(LatchkeyError::WrongLender);
    fixture.withdraw_escrow(1).breaks(LatchkeyError::WrongLender);
    fixture.retire().breaks(LatchkeyError::WrongLender);
}

#[test]
fn the_buyers_unlock_keys_join_those_that_were_signed_for() {
    let mut fixture = sellable();
    let old: Vec<_> = fixture.loan().unlock_keys().collect();
    fixture.assign().holds();
    let new: Vec<_> = fixture.loan().unlock_keys().collect();
    assert_eq!(new, [person("buyer's unlock key").pubkey(), old[0]]);
}

#[test]
fn a_car_that_did_not_take_the_buyers_keys_is_not_sold() {
    let mut fixture = sellable();
    let honest = receipt(&fixture);
    let Keyring { lock, .. } = fixture.buyer().keyring;
    let mut of_the_sellers_keys = fixture.buyer().keyring;
    of_the_sellers_keys.lock = KeySet { required: lock.required, keys: [[9; 32], [0; 32], [0; 32]] };
    for altered in [
        HandOverReceipt { program: [1; 32], ..honest },
        HandOverReceipt { vehicle: [1; 32], ..honest },
        HandOverReceipt { lender: fixture.lender.to_bytes(), ..honest },
        fixture.car.handed_over(&of_the_sellers_keys, START),
    ] {
        fixture.assign_on(&altered).breaks(LatchkeyError::ProofWrongMessage);
    }
    let buyer = fixture.buyer().authority;
    let by_another_car = fixture.assignment_on(&Car::new("another car").sign(&honest.encode()));
    let signers = [&fixture.authority, &buyer];
    fixture.chain.send(&by_another_car, &signers).breaks(LatchkeyError::ProofWrongKey);
    let [_, alone] = fixture.assignment();
    fixture.chain.send(&[alone], &signers).breaks(LatchkeyError::ProofMissing);
    fixture.assign_on(&honest).holds();
}

#[test]
fn keys_that_the_buyer_changed_since_are_handed_over_again() {
    let mut fixture = sellable();
    let old = receipt(&fixture);
    let buyer = fixture.buyer();
    let who = build::SetFunction {
        payer: fixture.payer.pubkey(),
        authority: buyer.authority.pubkey(),
        lender: buyer.lender,
    };
    let change = build::set_function(&who, Action::Warn, fixture.offer(Action::Warn));
    fixture.chain.send(&[change], &[&fixture.payer, &buyer.authority]).holds();
    fixture.assign_on(&old).breaks(LatchkeyError::ProofWrongMessage);
    fixture.assign().holds();
}

#[test]
fn a_receipt_counts_for_seven_days_and_a_clock_is_a_minute_ahead_at_most() {
    let now = START + 8 * DAY;
    for (device_time, counts) in [
        (now - MAX_HAND_OVER_AGE_SECS - 1, false),
        (now - MAX_HAND_OVER_AGE_SECS, true),
        (now + MAX_CLOCK_SKEW_SECS, true),
        (now + MAX_CLOCK_SKEW_SECS + 1, false),
    ] {
        let mut fixture = sellable();
        fixture.at(now);
        let outcome = fixture.assign_on(&HandOverReceipt { device_time, ..receipt(&fixture) });
        if counts { drop(outcome.holds()) } else { outcome.breaks(LatchkeyError::HandOverTooOld) }
    }
}

#[test]
fn a_loan_is_sold_with_nothing_under_way() {
    let mut unsent = sellable();
    unsent.top_up(1_000);
    unsent.at(due(0)).look().holds();
    unsent.assign().breaks(LatchkeyError::UnsentRemains);
    unsent.collect().holds();
    unsent.clone().assign().holds();

    let mut warned = sellable();
    warned.at(due(0) + 1).request(Action::Warn).holds();
    warned.assign().breaks(LatchkeyError::InvocationsOpen);
    warned.at(due(0) + 1 + TTL).expire(1).holds();
    warned.assign().holds();

    let mut locked = LoanFixture::locked();
    locked.found_buyer();
    let until = LoanFixture::default_at() + 30 * DAY;
    locked.at(until - 1).assign().breaks(LatchkeyError::VehicleLocked);
    locked.at(until).assign().holds();
    assert_eq!(locked.loan().status, LoanStatus::Defaulted);

    let mut paid = sellable();
    paid.pay_all();
    paid.assign().breaks(LatchkeyError::LoanPaidOff);
}

#[test]
fn seller_and_buyer_both_sign() {
    let mut fixture = sellable();
    let buyer = fixture.buyer();
    let signed = fixture.car.sign(&receipt(&fixture).encode());
    let agreed = fixture.agreed_now();
    let by = |authority, buyer_authority| {
        let sale = build::Sale { authority, buyer: buyer.lender, buyer_authority };
        build::assign(&fixture.keys, &sale, agreed, &signed).unwrap()
    };
    let (authority, stranger) = (fixture.authority.pubkey(), fixture.stranger.pubkey());
    let without_the_buyer = by(authority, stranger);
    let without_the_seller = by(stranger, buyer.authority.pubkey());
    let signers = [&fixture.authority, &fixture.stranger];
    fixture.chain.send(&without_the_buyer, &signers).breaks(LatchkeyError::NotAuthority);
    let signers = [&buyer.authority, &fixture.stranger];
    fixture.chain.send(&without_the_seller, &signers).breaks(LatchkeyError::NotAuthority);
}

#[test]
fn a_sale_is_of_the_loan_as_it_was_when_agreed_and_in_time() {
    let mut fixture = sellable();
    let buyer = fixture.buyer().authority;
    let sale = fixture.assignment();
    let signers = [&fixture.authority, &buyer];
    fixture.chain.set_time(START + 1);
    fixture.chain.send(&sale, &signers).breaks(LatchkeyError::DeadlinePassed);
    fixture.chain.set_time(START);
    let mut changed = fixture.clone();
    changed.place_hold(START + DAY).holds();
    changed.chain.send(&sale, &signers).breaks(LatchkeyError::RevisionChanged);
    fixture.chain.send(&sale, &signers).holds();
}

#[test]
fn a_loan_is_not_sold_to_its_own_lender() {
    let mut fixture = sellable();
    let authority = fixture.authority.pubkey();
    let sale = build::Sale { authority, buyer: fixture.lender, buyer_authority: authority };
    let signed = fixture.car.sign(&receipt(&fixture).encode());
    let instructions = build::assign(&fixture.keys, &sale, fixture.agreed_now(), &signed).unwrap();
    fixture.chain.send(&instructions, &[&fixture.authority]).breaks(LatchkeyError::SameLender);
}

#[test]
fn a_buyer_lends_the_same_mint() {
    let mut fixture = sellable();
    let buyer = fixture.buyer().lender;
    let other = fixture.seller;
    fixture.chain.edit::<latchkey::state::Lender>(&buyer, |lender| lender.mint = other);
    fixture.assign().breaks(LatchkeyError::BuyerMint);
}

/// The car obeys the buyer's keys from now on, and the seller's function holds none of them.
#[test]
fn the_pinned_address_becomes_the_buyers() {
    let mut fixture = LoanFixture::before_loan();
    fixture.publish_unlock("https://seller.example");
    fixture.originate().holds();
    fixture.found_buyer();
    let signed = fixture.loan();
    fixture.publish_buyers_unlock("https://buyer.example");
    fixture.assign().holds();
    let loan = fixture.loan();
    assert_eq!(loan.unlock_uri, "https://buyer.example");
    assert_eq!((loan.unlock_fee, loan.unlock_ttl_secs), (signed.unlock_fee, signed.unlock_ttl_secs));
}

#[test]
fn a_loan_that_promises_a_public_unlock_is_sold_only_to_a_lender_that_has_one() {
    let mut fixture = LoanFixture::before_loan();
    fixture.publish_unlock("https://seller.example");
    fixture.terms.public_unlock = true;
    fixture.originate().holds();
    fixture.found_buyer();
    fixture.assign().breaks(LatchkeyError::TermsPublicUnlock);
    fixture.publish_buyers_unlock("https://buyer.example");
    fixture.assign().holds();
}
