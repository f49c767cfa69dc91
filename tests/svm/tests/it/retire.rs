//! Taking a car out of service.

use latchkey::errors::LatchkeyError;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{Car, LoanFixture};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_retired_car_secures_no_loan_and_takes_no_new_key() {
    let mut fixture = LoanFixture::before_loan();
    let told = only_event!(fixture.retire().holds(), VehicleRetired);
    assert_eq!((told.vehicle, told.lender), (fixture.keys.vehicle, fixture.lender));
    assert!(fixture.vehicle().retired);
    fixture.originate().breaks(LatchkeyError::VehicleRetired);
    let device = fixture.car.successor("new device");
    fixture.rotate(&device).breaks(LatchkeyError::VehicleRetired);
    fixture.retire().breaks(LatchkeyError::VehicleRetired);
    // The same car comes back with another device, under another address.
    fixture.register(&Car::new("new device")).holds();
}

#[test]
fn a_car_stays_in_service_while_it_secures_a_loan() {
    let mut fixture = LoanFixture::new();
    fixture.retire().breaks(LatchkeyError::VehicleHasLoan);
    fixture.pay_all();
    fixture.retire().breaks(LatchkeyError::VehicleHasLoan);
    fixture.close().holds();
    fixture.retire().holds();
}

#[test]
fn the_lender_retires_its_cars_and_nobody_else_does() {
    let mut fixture = LoanFixture::before_loan();
    for who in [&fixture.borrower, &fixture.stranger] {
        let instruction = build::retire_vehicle(fixture.lender, fixture.keys.vehicle, who.pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotServicing);
    }
    let by_authority =
        build::retire_vehicle(fixture.lender, fixture.keys.vehicle, fixture.authority.pubkey());
    fixture.chain.send(&[by_authority], &[&fixture.authority]).holds();
}
