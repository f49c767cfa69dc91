//! Taking a car out of service.

use latchkey::errors::LatchkeyError;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{Car, Scene};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_retired_car_secures_no_loan_and_takes_no_new_key() {
    let mut scene = Scene::before_loan();
    let told = only_event!(scene.retire().holds(), VehicleRetired);
    assert_eq!((told.vehicle, told.lender), (scene.keys.vehicle, scene.lender));
    assert!(scene.vehicle().retired);
    scene.originate().breaks(LatchkeyError::VehicleRetired);
    let device = scene.car.successor("new device");
    scene.rotate(&device).breaks(LatchkeyError::VehicleRetired);
    scene.retire().breaks(LatchkeyError::VehicleRetired);
    // The same car comes back with another device, under another address.
    scene.register(&Car::new("new device")).holds();
}

#[test]
fn a_car_stays_in_service_while_it_secures_a_loan() {
    let mut scene = Scene::new();
    scene.retire().breaks(LatchkeyError::VehicleHasLoan);
    scene.pay_all();
    scene.retire().breaks(LatchkeyError::VehicleHasLoan);
    scene.close().holds();
    scene.retire().holds();
}

#[test]
fn the_lender_retires_its_cars_and_nobody_else_does() {
    let mut scene = Scene::before_loan();
    for who in [&scene.borrower, &scene.stranger] {
        let instruction = build::retire_vehicle(scene.lender, scene.keys.vehicle, who.pubkey());
        scene.world.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
    }
    let by_authority = build::retire_vehicle(scene.lender, scene.keys.vehicle, scene.authority.pubkey());
    scene.world.send(&[by_authority], &[&scene.authority]).holds();
}
