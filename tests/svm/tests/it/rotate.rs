//! A car's new device key: it proves itself, and what was asked of the old device is void.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions::{self as build, Secured};
use latchkey_protocol::Enrolment;
use latchkey_tests_svm::{BOND, LEASE, LoanFixture, TTL, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_new_device_proves_its_key_and_the_car_keeps_its_address() {
    let mut fixture = LoanFixture::new();
    let device = fixture.car.successor("new device");
    let told = only_event!(fixture.rotate(&device).holds(), DeviceKeyRotated);
    assert_eq!((told.vehicle, told.before), (fixture.keys.vehicle, fixture.car.device_key()));
    assert_eq!((told.after, told.void_through), (device.device_key(), 0));
    let vehicle = fixture.vehicle();
    assert_eq!((vehicle.device_key, vehicle.void_through), (device.device_key(), 0));
    assert_eq!((vehicle.first_device_key, vehicle.last_seq_asked), (fixture.car.device_key(), 1));
    assert_eq!(
        (vehicle.vin_commitment, vehicle.active_loan()),
        (fixture.car.vin_commitment, Some(fixture.keys.loan))
    );
}

#[test]
fn what_was_asked_of_the_old_device_is_void_and_never_paid() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let receipt = fixture.receipt(1);
    let old = fixture.change_device("new device");
    assert_eq!((fixture.vehicle().open_request(), fixture.vehicle().void_through), (None, 1));
    fixture.confirm(&receipt).breaks(LatchkeyError::InvocationVoid);
    let by_the_old = fixture.confirmation(&old.sign(&receipt.encode()));
    fixture.chain.send(&by_the_old, &[]).breaks(LatchkeyError::InvocationVoid);
    // No other keeper claims it, and its fee goes back once the lease is over.
    let rival = fixture.rival.insecure_clone();
    fixture.claim(&rival, 1).breaks(LatchkeyError::Superseded);
    let now = LoanFixture::default_at();
    fixture.at(now + LEASE - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let available = fixture.available();
    let told = only_event!(fixture.at(now + LEASE).expire(1).holds(), InvocationExpired);
    assert_eq!((told.refunded, told.forfeited), (fee(Action::Lock), 0));
    assert_eq!(fixture.available(), available + told.refunded);
}

/// Lender and borrower could otherwise take a bond by changing the key just before the receipt arrives.
#[test]
fn a_keeper_loses_no_bond_by_a_new_device_key() {
    let rotated = || {
        let mut fixture = LoanFixture::defaulted();
        let keeper = fixture.keeper.insecure_clone();
        let before = fixture.chain.lamports(&keeper.pubkey());
        fixture.request(Action::Lock).holds();
        fixture.claim(&keeper, 1).holds();
        fixture.change_device("new device");
        (fixture, keeper, before)
    };
    for after in [0, LEASE - 1, LEASE, TTL] {
        let (mut fixture, keeper, before) = rotated();
        fixture.at(LoanFixture::default_at() + after).yield_claim(&keeper, 1).holds();
        assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
    }
    let (mut fixture, keeper, before) = rotated();
    fixture.at(LoanFixture::default_at() + LEASE);
    let without = build::expire(&fixture.keys, 1, fixture.payer.pubkey(), None);
    fixture.chain.send(&[without], &[]).breaks(LatchkeyError::KeeperMissing);
    let told = only_event!(fixture.expire(1).holds(), InvocationExpired);
    assert_eq!((told.returned, told.forfeited), (BOND, 0));
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
}

#[test]
fn what_nobody_claimed_is_void_too() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.change_device("new device");
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::Superseded);
    fixture.expire(1).holds();
    assert_eq!(fixture.loan().invocations_open, 0);
}

#[test]
fn rotating_back_to_the_old_key_revives_nothing() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let receipt = fixture.receipt(1);
    let old = fixture.change_device("new device");
    fixture.rotate(&old).holds();
    fixture.car = old;
    assert_eq!((fixture.vehicle().void_through, fixture.vehicle().last_seq_asked), (2, 3));
    fixture.confirm(&receipt).breaks(LatchkeyError::InvocationVoid);
}

#[test]
fn an_unlock_of_what_the_old_device_locked_is_asked_of_the_new_one() {
    let mut fixture = LoanFixture::locked();
    let old = fixture.change_device("new device");
    assert!(fixture.vehicle().lock.is_locked);
    fixture.top_up(1_000);
    fixture.request(Action::Unlock).holds();
    let seq = fixture.vehicle().last_seq_asked;
    assert_eq!(seq, 3);
    let keeper = fixture.keeper.insecure_clone();
    let receipt = fixture.receipt(seq);
    let by_the_old = fixture.confirmation(&old.sign(&receipt.encode()));
    fixture.chain.send(&by_the_old, &[&keeper]).breaks(LatchkeyError::ProofWrongKey);
    fixture.confirm(&receipt).holds();
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().lock_asked()), (LockState::UNLOCKED, None));
}

#[test]
fn an_unlock_void_by_rotation_can_be_asked_again_at_once() {
    let mut fixture = LoanFixture::locked();
    fixture.top_up(1_000);
    fixture.request(Action::Unlock).holds();
    fixture.request(Action::Unlock).breaks(LatchkeyError::InvocationOpen);
    fixture.change_device("new device");
    fixture.expire(2).holds();
    fixture.request(Action::Unlock).holds();
    fixture.fulfil(4);
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn a_rotation_needs_the_borrower_while_the_car_secures_a_loan() {
    let mut fixture = LoanFixture::new();
    let device = fixture.car.successor("new device");
    let enrolment = device.sign(&device.enrolment(&fixture.lender).encode());
    let (vehicle, loan) = (fixture.keys.vehicle, fixture.keys.loan);
    let [servicer, stranger] = [&fixture.servicer, &fixture.stranger].map(Keypair::insecure_clone);
    let rotation =
        |secured| build::rotate_device_key(vehicle, servicer.pubkey(), secured, &enrolment).unwrap();
    fixture.chain.send(&rotation(None), &[&servicer]).breaks(LatchkeyError::WrongLoan);
    let by_another = Secured { loan, borrower: stranger.pubkey() };
    let outcome = fixture.chain.send(&rotation(Some(by_another)), &[&servicer, &stranger]);
    outcome.breaks(LatchkeyError::NotBorrower);
    let mut without_the_borrower = rotation(fixture.secured());
    without_the_borrower[1].accounts[1] = latchkey_client::AccountMeta::new_readonly(latchkey::ID, false);
    fixture.chain.send(&without_the_borrower, &[&servicer]).breaks(LatchkeyError::NotBorrower);

    let (_, first) = fixture.turn_to_another_car();
    let another_loan = Secured { loan: fixture.keys.loan, borrower: fixture.borrower.pubkey() };
    assert_eq!(first.vehicle, vehicle);
    let outcome = fixture.chain.send(&rotation(Some(another_loan)), &[&servicer, &fixture.borrower]);
    outcome.breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn a_car_without_a_loan_is_rotated_by_the_lender_alone() {
    let mut fixture = LoanFixture::before_loan();
    let device = fixture.car.successor("new device");
    fixture.rotate(&device).holds();
    fixture.car = device;
    // The new device is the one that counts from now on.
    fixture.originate().holds();
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(2);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn a_rotation_is_signed_by_the_lender() {
    let mut fixture = LoanFixture::new();
    let device = fixture.car.successor("new device");
    let enrolment = device.sign(&device.enrolment(&fixture.lender).encode());
    let (vehicle, secured) = (fixture.keys.vehicle, fixture.secured());
    for who in [&fixture.stranger, &fixture.keeper] {
        let rotation = build::rotate_device_key(vehicle, who.pubkey(), secured, &enrolment).unwrap();
        fixture.chain.send(&rotation, &[who, &fixture.borrower]).breaks(LatchkeyError::NotServicing);
    }
}

#[test]
fn a_new_key_signs_for_this_lender_this_car_and_this_program() {
    let mut fixture = LoanFixture::before_loan();
    let device = fixture.car.successor("new device");
    let true_one = device.enrolment(&fixture.lender);
    let (vehicle, servicer) = (fixture.keys.vehicle, fixture.servicer.pubkey());
    let by = |signed| build::rotate_device_key(vehicle, servicer, None, &signed).unwrap();
    let [_, rotate] = by(device.sign(&true_one.encode()));
    for altered in [
        Enrolment { program: [1; 32], ..true_one },
        Enrolment { lender: [1; 32], ..true_one },
        Enrolment { vin_commitment: [1; 32], ..true_one },
    ] {
        let proof = build::proof(&device.sign(&altered.encode()));
        let outcome = fixture.chain.send(&[proof, rotate.clone()], &[&fixture.servicer]);
        outcome.breaks(LatchkeyError::ProofWrongMessage);
    }
    let by_the_old = build::proof(&fixture.car.sign(&true_one.encode()));
    fixture
        .chain
        .send(&[by_the_old, rotate.clone()], &[&fixture.servicer])
        .breaks(LatchkeyError::ProofWrongKey);
    fixture.chain.send(&[rotate], &[&fixture.servicer]).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn a_key_is_changed_for_another_one() {
    let mut fixture = LoanFixture::before_loan();
    let same = fixture.car.clone();
    fixture.rotate(&same).breaks(LatchkeyError::SameDeviceKey);
}

#[test]
fn a_rotation_leaves_a_locked_car_locked_until_its_lease_ends() {
    let mut fixture = LoanFixture::locked();
    let until = LoanFixture::default_at() + 30 * 86_400;
    fixture.change_device("new device");
    fixture.pay_all();
    fixture.at(until - 1).close().breaks(LatchkeyError::VehicleLocked);
    fixture.at(until).close().holds();
}

#[test]
fn a_void_request_expires_at_its_time_too() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.change_device("new device");
    fixture.at(LoanFixture::default_at() + TTL).expire(1).holds();
}
