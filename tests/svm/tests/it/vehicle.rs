//! Registering cars, which prove their keys.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::Instruction;
use latchkey_client::instructions::register_vehicle;
use latchkey_protocol::Enrolment;
use latchkey_protocol::sealed::Envelope;
use latchkey_tests_svm::{Car, LoanFixture, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// What the system program says when it is asked to create an account that exists.
const ALREADY_IN_USE: u32 = 0;

fn registration(fixture: &LoanFixture, enrolment: &Envelope) -> [Instruction; 2] {
    register_vehicle(fixture.payer.pubkey(), fixture.servicer.pubkey(), enrolment).unwrap()
}

#[test]
fn a_car_is_registered_by_the_enrolment_its_device_signed() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("new car");
    let told = only_event!(fixture.register(&car).holds(), VehicleRegistered);
    fixture.keys.vehicle = car.vehicle;
    let vehicle = fixture.vehicle();
    assert_eq!((told.vehicle, told.lender), (car.vehicle, fixture.lender));
    assert_eq!((vehicle.device_key, vehicle.first_device_key), (car.device_key(), car.device_key()));
    assert_eq!((told.device_key, told.vin_commitment), (car.device_key(), car.vin_commitment));
    assert_eq!(
        (vehicle.lock, vehicle.active_loan(), vehicle.open_request()),
        (LockState::UNLOCKED, None, None)
    );
    assert_eq!((vehicle.last_seq_asked, vehicle.last_seq_proven, vehicle.loans), (0, 0, 0));
    assert_eq!(fixture.lender_account().vehicles, 2);
}

#[test]
fn authority_and_servicer_register_cars_and_nobody_else() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("new car");
    let enrolment = car.sign(&car.enrolment(&fixture.lender).encode());
    let by = |signer: &Keypair, payer: &Keypair| {
        register_vehicle(payer.pubkey(), signer.pubkey(), &enrolment).unwrap()
    };
    for signer in [&fixture.stranger, &fixture.borrower] {
        let outcome = fixture.chain.send(&by(signer, &fixture.payer), &[&fixture.payer, signer]);
        outcome.breaks(LatchkeyError::NotServicing);
    }
    let instructions = by(&fixture.authority, &fixture.payer);
    fixture.chain.send(&instructions, &[&fixture.payer, &fixture.authority]).holds();
}

#[test]
fn an_enrolment_counts_for_the_lender_vin_and_program_it_names_and_for_no_other() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("new car");
    let true_one = car.enrolment(&fixture.lender);
    let [_, register] = registration(&fixture, &car.sign(&true_one.encode()));
    for altered in [
        Enrolment { program: [1; 32], ..true_one },
        Enrolment { lender: [1; 32], ..true_one },
        Enrolment { vin_commitment: [1; 32], ..true_one },
    ] {
        let [proof, _] = registration(&fixture, &car.sign(&altered.encode()));
        let signers = [&fixture.payer, &fixture.servicer];
        fixture.chain.send(&[proof, register.clone()], &signers).breaks(LatchkeyError::ProofWrongMessage);
    }
}

#[test]
fn a_car_cannot_be_registered_under_a_key_that_did_not_sign() {
    let mut fixture = LoanFixture::before_loan();
    let (car, thief) = (Car::new("new car"), Car::new("thief"));
    let enrolment = car.enrolment(&fixture.lender).encode();
    let [_, register] = registration(&fixture, &car.sign(&enrolment));
    let [stolen, _] = registration(&fixture, &thief.sign(&enrolment));
    let signers = [&fixture.payer, &fixture.servicer];
    fixture.chain.send(&[stolen, register.clone()], &signers).breaks(LatchkeyError::ProofWrongKey);
    fixture.chain.send(&[register], &signers).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn a_receipt_never_stands_for_an_enrolment() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("new car");
    let [_, register] = registration(&fixture, &car.sign(&car.enrolment(&fixture.lender).encode()));
    let receipt = car.sign(&car.receipt_of(Action::Lock, 1, fixture.chain.now()).encode());
    let proof = latchkey_client::instructions::proof(&receipt);
    let signers = [&fixture.payer, &fixture.servicer];
    fixture.chain.send(&[proof, register], &signers).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn a_car_is_registered_once_and_at_the_address_of_its_key() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("car");
    fixture.register(&car).breaks_elsewhere(ALREADY_IN_USE);

    let new = Car::new("new car");
    let [proof, register] = registration(&fixture, &new.sign(&new.enrolment(&fixture.lender).encode()));
    let elsewhere = swap(register, &new.vehicle, &Car::new("elsewhere").vehicle);
    let signers = [&fixture.payer, &fixture.servicer];
    let seeds = anchor_lang::error::ErrorCode::ConstraintSeeds;
    fixture.chain.send(&[proof, elsewhere], &signers).breaks_constraint(seeds);
}

#[test]
fn a_car_can_be_registered_where_somebody_sent_lamports_before() {
    let mut fixture = LoanFixture::before_loan();
    let car = Car::new("new car");
    let rent = fixture.chain.rent(0);
    fixture.chain.airdrop(&car.vehicle, rent);
    fixture.register(&car).holds();
}
