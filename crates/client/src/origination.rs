//! Whether a loan can be written, and which rule refuses it if not.

use latchkey::errors::LatchkeyError as E;
use latchkey::rules::Ruled;
use latchkey::rules::terms::{check_public_unlock, check_terms};
use latchkey::state::{Lender, Terms, Vehicle};

use crate::cost::cent;
use crate::schedule::level_instalment;

/// What a lender offers for calls to a car.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The fee of a warning, of a lock and of an unlock, lamports.
    pub fees: [u64; 3],
    /// Where the unlock function runs.
    pub unlock_uri: &'a str,
}

impl Offer<'_> {
    /// The smallest first deposit into an escrow: one fee of each function, lamports.
    pub fn least_escrow(&self) -> Ruled<u64> {
        self.fees.iter().try_fold(0_u64, |sum, fee| sum.checked_add(*fee)).ok_or(E::Overflow)
    }
}

/// Terms whose instalment of 0 is replaced by the level one in whole cents. `decimals` are those of the mint.
pub fn with_instalment(terms: &Terms, decimals: u8, now: i64) -> Ruled<Terms> {
    if terms.instalment > 0 {
        return Ok(*terms);
    }
    let instalment = level_instalment(&Terms { instalment: 1, ..*terms }, now, cent(decimals))?;
    Ok(Terms { instalment, ..*terms })
}

/// The rule that refuses a new loan on these terms at `now`, in the order in which the program checks them. Who signs, and
/// where the money goes, the program checks beside these.
pub fn check_origination(
    terms: &Terms,
    lender: &Lender,
    vehicle: &Vehicle,
    offer: &Offer,
    escrow_lamports: u64,
    now: i64,
) -> Ruled<()> {
    let check = |holds: bool, broken: E| if holds { Ok(()) } else { Err(broken) };
    check_terms(terms, &lender.floors, now)?;
    check(!vehicle.retired, E::VehicleRetired)?;
    check(vehicle.active_loan().is_none(), E::VehicleHasLoan)?;
    check(!vehicle.may_be_locked_at(now), E::VehicleLocked)?;
    check(escrow_lamports >= offer.least_escrow()?, E::EscrowTooSmall)?;
    check_public_unlock(terms, offer.unlock_uri)
}
