//! The sale of a loan to another lender.

use anchor_lang::prelude::Pubkey;
use latchkey_protocol::{KeySet, Keyring};

use super::calendar::DAY;
use super::servicing::revise;
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

/// Whether the loan can be sold now: nothing of it is under way, and its car may not be locked.
pub fn check_sale(loan: &Loan, vehicle: &Vehicle, device_time: i64, now: i64) -> Ruled<()> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    check(loan.ledger.unsent == 0, E::UnsentRemains)?;
    check(loan.invocations_open == 0, E::InvocationsOpen)?;
    check(!vehicle.may_be_locked_at(now), E::VehicleLocked)?;
    let oldest = now.checked_sub(MAX_HAND_OVER_AGE_SECS).ok_or(E::Overflow)?;
    let newest = now.checked_add(MAX_CLOCK_SKEW_SECS).ok_or(E::Overflow)?;
    check((oldest..=newest).contains(&device_time), E::HandOverTooOld)
}

/// Moves loan and car to `buyer`. Its unlock keys stand before the pinned ones, of which the oldest fall out.
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
    loan.lender = buyer;
    vehicle.lender = buyer;
    revise(loan)
}
