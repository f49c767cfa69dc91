//! The instructions of `vehicle/`.

use crate::Car;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions::{self as build, Secured};
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::checkpoint::Checkpoint;

pub const DOORS: &[Door] = &[
    door("register_vehicle", Checkpoint::BeforeLoan, |s| {
        let car = Car::new("new car");
        let enrolment = car.sign(&car.enrolment(&s.lender).encode());
        build::register_vehicle(s.payer.pubkey(), s.servicer.pubkey(), &enrolment).expect("it is one").into()
    })
    .creates(&["vehicle"])
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(&[("lender", rule(E::NotServicing))]),
    door("rotate_device_key", Checkpoint::Fresh, |s| {
        let device = s.car.successor("new device");
        let enrolment = device.sign(&device.enrolment(&s.lender).encode());
        let secured = Some(Secured { loan: s.keys.loan, borrower: s.borrower.pubkey() });
        build::rotate_device_key(s.keys.vehicle, s.servicer.pubkey(), secured, &enrolment)
            .expect("it is one")
            .into()
    })
    .signed_by(&[("lender_signer", E::NotServicing), ("borrower", E::NotBorrower)])
    .foreign(&[
        ("lender", rule(E::NotServicing)),
        ("vehicle", rule(E::WrongLender)),
        ("loan", rule(E::WrongVehicle)),
    ])
    .sibling(&[("loan", rule(E::WrongVehicle)), ("vehicle", rule(E::WrongVehicle))]),
    door("distrust_device", Checkpoint::Fresh, |s| {
        vec![build::distrust_device(s.lender, s.keys.vehicle, s.authority.pubkey())]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority)), ("vehicle", rule(E::WrongLender))]),
    door("retire_vehicle", Checkpoint::BeforeLoan, |s| {
        vec![build::retire_vehicle(s.lender, s.keys.vehicle, s.servicer.pubkey())]
    })
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(&[("lender", rule(E::NotServicing)), ("vehicle", rule(E::WrongLender))])
    .sibling(&[("vehicle", rule(E::VehicleHasLoan))]),
];
