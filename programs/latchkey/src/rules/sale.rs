//! The sale of a loan to another lender.

use anchor_lang::prelude::Pubkey;
use latchkey_protocol::{KeySet, Keyring};

use super::calendar::DAY;
use super::servicing::revise;
use super::terms::check_public_unlock;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Function, Loan, MAX_UNLOCK_KEYS, Vehicle};

/// How old the car's receipt of the keyring hand-over may be, seconds: 7 days.
pub const MAX_HAND_OVER_AGE_SECS: i64 = 7 * DAY;

/// How far ahead of the chain's clock the car's may be, seconds.
pub const MAX_CLOCK_SKEW_SECS: i64 = 60;

/// The keyring that a car must have taken before it serves `buyer`: the keys of the buyer's three functions.
pub fn keyring(buyer: Pubkey, warn: &Function, lock: &Function, unlock: &Function) -> Keyring {
    let keys = |function: &Function| KeySet {
        required: function.required,
        keys: function.command_keys.map(|key| key.to_bytes()),
    };
    Keyring { lender: buyer.to_bytes(), warn: keys(warn), lock: keys(lock), unlock: keys(unlock) }
}

/// Whether the loan can be sold now to the lender that offers `unlock`: nothing of it is under way, its car may not be
/// locked, and the buyer's unlock has a public address if the terms promise one.
pub fn check_sale(
    loan: &Loan,
    vehicle: &Vehicle,
    unlock: &Function,
    device_time: i64,
    now: i64,
) -> Ruled<()> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    check_public_unlock(&loan.terms, &unlock.uri)?;
    check(loan.ledger.unsent == 0, E::UnsentRemains)?;
    check(loan.invocations_open == 0, E::InvocationsOpen)?;
    check(!vehicle.may_be_locked_at(now), E::VehicleLocked)?;
    let oldest = now.checked_sub(MAX_HAND_OVER_AGE_SECS).ok_or(E::Overflow)?;
    let newest = now.checked_add(MAX_CLOCK_SKEW_SECS).ok_or(E::Overflow)?;
    check((oldest..=newest).contains(&device_time), E::HandOverTooOld)
}

/// Moves loan and car to `buyer`. Its unlock keys stand before the pinned ones, of which the oldest fall out. The pinned
/// address becomes the buyer's: the car obeys the buyer's keys from now on, and the seller's function holds none of them.
pub fn sell(loan: &mut Loan, vehicle: &mut Vehicle, buyer: Pubkey, unlock: &Function) -> Ruled<()> {
    let bought = unlock.command_keys().map(|(key, _)| key);
    let mut keys = [Pubkey::default(); MAX_UNLOCK_KEYS];
    let mut count = 0;
    for key in bought.chain(loan.unlock_keys()) {
        if count < keys.len() && !keys[..count].contains(&key) {
            keys[count] = key;
            count += 1;
        }
    }
    loan.unlock_keys = keys;
    loan.unlock_uri.clone_from(&unlock.uri);
    loan.lender = buyer;
    vehicle.lender = buyer;
    revise(loan)
}

#[cfg(test)]
mod tests;
