//! What belongs to one loan of the same parties, used for another.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::Pubkey;
use latchkey_tests_svm::LoanFixture;

use crate::checkpoint::{Other, invocation_of, keys_of};
use crate::door::{DOORS, find};
use crate::suite::{Case, Expected};

fn siblings(fixture: &LoanFixture, account: &str) -> Pubkey {
    let keys = keys_of(fixture, Other::Sibling);
    match account {
        "vehicle" => keys.vehicle,
        "loan" => keys.loan,
        "escrow" => keys.escrow,
        "wallet" => keys.wallet,
        "invocation" => invocation_of(fixture, Other::Sibling),
        other => unreachable!("siblings have the same {other}"),
    }
}

pub fn cases() -> Vec<Case> {
    let owner: Expected = ErrorCode::ConstraintTokenOwner.into();
    let table: Vec<(&'static str, &'static str, Expected)> = vec![
        ("collect", "wallet", owner),
        ("collect", "loan", owner),
        ("prepay", "wallet", owner),
        ("prepay", "loan", owner),
        ("pay_off", "wallet", owner),
        ("pay_off", "loan", owner),
        ("withdraw_surplus", "wallet", owner),
        ("withdraw_surplus", "loan", owner),
        ("close_loan", "wallet", owner),
        ("close_loan", "escrow", E::WrongLoan.into()),
        ("close_loan", "vehicle", E::WrongVehicle.into()),
        ("close_loan", "loan", E::WrongVehicle.into()),
        ("declare_default", "wallet", E::WrongLoan.into()),
        ("declare_default", "loan", E::WrongLoan.into()),
        ("charge_off", "wallet", E::WrongLoan.into()),
        ("charge_off", "loan", E::WrongLoan.into()),
        ("withdraw_escrow", "escrow", E::WrongLoan.into()),
        ("withdraw_escrow", "loan", E::WrongLoan.into()),
        ("emergency_start", "vehicle", E::WrongVehicle.into()),
        ("emergency_start", "loan", E::WrongVehicle.into()),
        ("rotate_device_key", "loan", E::WrongVehicle.into()),
        ("rotate_device_key", "vehicle", E::WrongVehicle.into()),
        ("claim", "vehicle", E::WrongVehicle.into()),
        ("claim", "escrow", E::WrongLoan.into()),
        ("claim", "invocation", E::WrongLoan.into()),
        ("confirm", "vehicle", E::WrongVehicle.into()),
        ("confirm", "loan", E::WrongLoan.into()),
        ("confirm", "escrow", E::WrongLoan.into()),
        ("confirm", "invocation", E::WrongVehicle.into()),
        ("expire", "vehicle", E::WrongVehicle.into()),
        ("expire", "loan", E::WrongLoan.into()),
        ("expire", "escrow", E::WrongLoan.into()),
        ("expire", "invocation", E::WrongVehicle.into()),
        ("retire_vehicle", "vehicle", E::VehicleHasLoan.into()),
    ];
    let mut cases: Vec<_> = table
        .into_iter()
        .map(|(name, account, expected)| {
            Case::new(format!("{name} with the {account} of a sibling"), name, expected, move |checkpoints| {
                let attempt = find(name).attempt(checkpoints);
                let other = siblings(&attempt.fixture, account);
                attempt.swap(account, other).send()
            })
        })
        .collect();
    for door in DOORS.iter().filter(|door| door.name == "request") {
        for (account, expected) in
            [("loan", E::WrongVehicle), ("wallet", E::WrongLoan), ("escrow", E::WrongLoan)]
        {
            let name = format!("{} with the {account} of a sibling", door.label());
            cases.push(Case::new(name, door.name, expected, move |checkpoints| {
                let attempt = door.attempt(checkpoints);
                let other = siblings(&attempt.fixture, account);
                attempt.swap(account, other).send()
            }));
        }
    }
    cases
}
