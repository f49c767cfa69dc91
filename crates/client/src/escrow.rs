//! What a loan's escrow holds, and how long it lasts.

use latchkey::state::Escrow;

/// An escrow at one moment, lamports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What lies above the rent deposit.
    pub available: u64,
    /// What the lender can take out: the fee of an unlock stays.
    pub withdrawable: u64,
    /// How many locks it pays, each with the unlock that undoes it; `None` if they cost nothing.
    pub locks: Option<u64>,
    /// How many warnings it pays beside the unlock that stays; `None` if they cost nothing.
    pub warnings: Option<u64>,
}

/// What calls cost, lamports each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// The lender's warning.
    pub warn: u64,
    /// The lender's lock.
    pub lock: u64,
    /// The unlock that the loan pins.
    pub unlock: u64,
}

/// Where an escrow stands that holds `lamports`, `rent` being what an account of its size needs now.
pub fn standing(escrow: &Escrow, lamports: u64, rent: u64, fees: Fees) -> Standing {
    let available = lamports.saturating_sub(rent.max(escrow.rent));
    let withdrawable = available.saturating_sub(fees.unlock);
    Standing {
        available,
        withdrawable,
        locks: available.checked_div(fees.lock.saturating_add(fees.unlock)),
        warnings: withdrawable.checked_div(fees.warn),
    }
}
