//! A car's new device key: it proves itself, and what was asked of the old device is void.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions::{self as build, Secured};
use latchkey_protocol::Enrolment;
use latchkey_tests_svm::{LEASE, Scene, TTL, fee};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_new_device_proves_its_key_and_the_car_keeps_its_address() {
    let mut scene = Scene::new();
    let device = scene.car.successor("new device");
    let told = only_event!(scene.rotate(&device).holds(), DeviceKeyRotated);
    assert_eq!((told.vehicle, told.before), (scene.keys.vehicle, scene.car.device_key()));
    assert_eq!((told.after, told.void_through), (device.device_key(), 0));
    let vehicle = scene.vehicle();
    assert_eq!((vehicle.device_key, vehicle.void_through), (device.device_key(), 0));
    assert_eq!((vehicle.first_device_key, vehicle.last_seq_asked), (scene.car.device_key(), 1));
    assert_eq!(
        (vehicle.vin_commitment, vehicle.active_loan),
        (scene.car.vin_commitment, Some(scene.keys.loan))
    );
}

#[test]
fn what_was_asked_of_the_old_device_is_void_and_never_paid() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    let receipt = scene.receipt(1);
    let old = scene.change_device("new device");
    assert_eq!((scene.vehicle().open, scene.vehicle().void_through), (None, 1));
    scene.confirm(&receipt).breaks(LatchkeyError::InvocationVoid);
    let by_the_old = scene.confirmation(&old.sign(&receipt.encode()));
    scene.world.send(&by_the_old, &[]).breaks(LatchkeyError::InvocationVoid);
    // Nobody else claims it, and its fee goes back once the lease is over.
    let rival = scene.rival.insecure_clone();
    scene.claim(&rival, 1).breaks(LatchkeyError::Superseded);
    let now = Scene::default_at();
    scene.at(now + LEASE - 1).expire(1).breaks(LatchkeyError::NotExpired);
    let available = scene.available();
    let told = only_event!(scene.at(now + LEASE).expire(1).holds(), InvocationExpired);
    assert_eq!(told.refunded, fee(Action::Lock));
    assert_eq!(scene.available(), available + told.refunded + told.forfeited);
}

#[test]
fn what_nobody_claimed_is_void_too() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.change_device("new device");
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).breaks(LatchkeyError::Superseded);
    scene.expire(1).holds();
    assert_eq!(scene.loan().invocations_open, 0);
}

#[test]
fn rotating_back_to_the_old_key_revives_nothing() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    let receipt = scene.receipt(1);
    let old = scene.change_device("new device");
    scene.rotate(&old).holds();
    scene.car = old;
    assert_eq!((scene.vehicle().void_through, scene.vehicle().last_seq_asked), (2, 3));
    scene.confirm(&receipt).breaks(LatchkeyError::InvocationVoid);
}

#[test]
fn an_unlock_of_what_the_old_device_locked_is_asked_of_the_new_one() {
    let mut scene = Scene::locked();
    let old = scene.change_device("new device");
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
    scene.top_up(1_000);
    scene.request(Action::Unlock).holds();
    let seq = scene.vehicle().last_seq_asked;
    assert_eq!(seq, 3);
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, seq).holds();
    let receipt = scene.receipt(seq);
    let by_the_old = scene.confirmation(&old.sign(&receipt.encode()));
    scene.world.send(&by_the_old, &[]).breaks(LatchkeyError::ProofWrongKey);
    scene.confirm(&receipt).holds();
    assert_eq!((scene.vehicle().lock, scene.vehicle().lock_asked), (LockState::Unlocked, None));
}

#[test]
fn an_unlock_void_by_rotation_can_be_asked_again_at_once() {
    let mut scene = Scene::locked();
    scene.top_up(1_000);
    scene.request(Action::Unlock).holds();
    scene.request(Action::Unlock).breaks(LatchkeyError::InvocationOpen);
    scene.change_device("new device");
    scene.expire(2).holds();
    scene.request(Action::Unlock).holds();
    scene.fulfil(4);
    assert_eq!(scene.vehicle().lock, LockState::Unlocked);
}

#[test]
fn a_rotation_needs_the_borrower_while_the_car_secures_a_loan() {
    let mut scene = Scene::new();
    let device = scene.car.successor("new device");
    let enrolment = device.sign(&device.enrolment(&scene.lender).encode());
    let (vehicle, loan) = (scene.keys.vehicle, scene.keys.loan);
    let [servicer, stranger] = [&scene.servicer, &scene.stranger].map(Keypair::insecure_clone);
    let rotation =
        |secured| build::rotate_device_key(vehicle, servicer.pubkey(), secured, &enrolment).unwrap();
    scene.world.send(&rotation(None), &[&servicer]).breaks(LatchkeyError::WrongLoan);
    let by_another = Secured { loan, borrower: stranger.pubkey() };
    let outcome = scene.world.send(&rotation(Some(by_another)), &[&servicer, &stranger]);
    outcome.breaks(LatchkeyError::NotBorrower);
    let mut without_the_borrower = rotation(scene.secured());
    without_the_borrower[1].accounts[1] = latchkey_client::AccountMeta::new_readonly(latchkey::ID, false);
    scene.world.send(&without_the_borrower, &[&servicer]).breaks(LatchkeyError::NotBorrower);

    let (_, first) = scene.turn_to_another_car();
    let another_loan = Secured { loan: scene.keys.loan, borrower: scene.borrower.pubkey() };
    assert_eq!(first.vehicle, vehicle);
    let outcome = scene.world.send(&rotation(Some(another_loan)), &[&servicer, &scene.borrower]);
    outcome.breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn a_car_without_a_loan_is_rotated_by_the_lender_alone() {
    let mut scene = Scene::before_loan();
    let device = scene.car.successor("new device");
    scene.rotate(&device).holds();
    scene.car = device;
    // The new device is the one that counts from now on.
    scene.originate().holds();
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).holds();
    scene.fulfil(2);
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
}

#[test]
fn a_rotation_is_signed_by_the_lender() {
    let mut scene = Scene::new();
    let device = scene.car.successor("new device");
    let enrolment = device.sign(&device.enrolment(&scene.lender).encode());
    let (vehicle, secured) = (scene.keys.vehicle, scene.secured());
    for who in [&scene.stranger, &scene.keeper] {
        let rotation = build::rotate_device_key(vehicle, who.pubkey(), secured, &enrolment).unwrap();
        scene.world.send(&rotation, &[who, &scene.borrower]).breaks(LatchkeyError::NotServicing);
    }
}

#[test]
fn a_new_key_signs_for_this_lender_this_car_and_this_program() {
    let mut scene = Scene::before_loan();
    let device = scene.car.successor("new device");
    let true_one = device.enrolment(&scene.lender);
    let (vehicle, servicer) = (scene.keys.vehicle, scene.servicer.pubkey());
    let by = |signed| build::rotate_device_key(vehicle, servicer, None, &signed).unwrap();
    let [_, rotate] = by(device.sign(&true_one.encode()));
    for altered in [
        Enrolment { program: [1; 32], ..true_one },
        Enrolment { lender: [1; 32], ..true_one },
        Enrolment { vin_commitment: [1; 32], ..true_one },
    ] {
        let proof = build::proof(&device.sign(&altered.encode()));
        let outcome = scene.world.send(&[proof, rotate.clone()], &[&scene.servicer]);
        outcome.breaks(LatchkeyError::ProofWrongMessage);
    }
    let by_the_old = build::proof(&scene.car.sign(&true_one.encode()));
    scene.world.send(&[by_the_old, rotate.clone()], &[&scene.servicer]).breaks(LatchkeyError::ProofWrongKey);
    scene.world.send(&[rotate], &[&scene.servicer]).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn a_key_is_changed_for_another_one() {
    let mut scene = Scene::before_loan();
    let same = scene.car.clone();
    scene.rotate(&same).breaks(LatchkeyError::SameDeviceKey);
}

#[test]
fn a_rotation_leaves_a_locked_car_locked_until_its_lease_ends() {
    let mut scene = Scene::locked();
    let until = Scene::default_at() + 30 * 86_400;
    scene.change_device("new device");
    scene.pay_all();
    scene.at(until - 1).close().breaks(LatchkeyError::VehicleLocked);
    scene.at(until).close().holds();
}

#[test]
fn a_void_request_expires_at_its_time_too() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.change_device("new device");
    scene.at(Scene::default_at() + TTL).expire(1).holds();
}
