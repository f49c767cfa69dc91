//! What a lender changes of itself and its cars, before it is signed: which rule of the contract refuses it.

use anchor_lang::prelude::Pubkey;
use latchkey::errors::LatchkeyError as E;
use latchkey::rules::{Ruled, recovery};
use latchkey::state::{Lender, Loan, MAX_KEEPERS, Vehicle};

pub use latchkey::instructions::check_offer;

fn check(holds: bool, broken: E) -> Ruled<()> {
    if holds { Ok(()) } else { Err(broken) }
}

/// The nomination of another authority.
pub fn nominate(lender: &Lender, nominee: Pubkey) -> Ruled<()> {
    check(nominee != lender.authority, E::InvalidNominee)
}

/// A new allow-list of keepers.
pub fn admit(keepers: &[Pubkey]) -> Ruled<()> {
    let distinct = keepers.iter().enumerate().all(|(i, keeper)| !keepers[..i].contains(keeper));
    check(keepers.len() <= MAX_KEEPERS && distinct, E::InvalidKeepers)
}

/// The end of a car's service.
pub fn retire(vehicle: &Vehicle) -> Ruled<()> {
    check(vehicle.active_loan().is_none(), E::VehicleHasLoan)?;
    check(!vehicle.retired, E::VehicleRetired)
}

/// The lender's word that it no longer believes a car's device.
pub fn distrust(vehicle: &Vehicle) -> Ruled<()> {
    check(!vehicle.distrusted, E::AlreadyDistrusted)
}

/// Another device key for a car, and for the loan that it secures if there is one.
pub fn rotate_device(vehicle: &Vehicle, loan: Option<&Loan>, device_key: Pubkey, now: i64) -> Ruled<()> {
    check(!vehicle.retired, E::VehicleRetired)?;
    check(device_key != vehicle.device_key, E::SameDeviceKey)?;
    match loan {
        Some(loan) => recovery::check_settled_in(loan, now),
        None => check(vehicle.active_loan().is_none(), E::WrongLoan),
    }
}
