//! Moving lamports between the program's own accounts.

use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::state::Escrow;
use crate::system;

/// Moves lamports out of an account of this program into any account.
pub fn pay(from: &AccountInfo, to: &AccountInfo, lamports: u64) -> Result<()> {
    if lamports == 0 {
        return Ok(());
    }
    from.sub_lamports(lamports)?;
    to.add_lamports(lamports)?;
    Ok(())
}

/// Moves lamports from a signer into an account.
pub fn deposit<'info>(from: &AccountInfo<'info>, to: &AccountInfo<'info>, lamports: u64) -> Result<()> {
    if lamports == 0 {
        return Ok(());
    }
    system::transfer(from, to, lamports)
}

/// What an escrow has above its rent: above the deposit as it was paid, and above what rent costs now, if that is more.
pub fn available(escrow: &Account<Escrow>) -> Result<u64> {
    let info = escrow.to_account_info();
    let rent = rent(info.data_len())?.max(escrow.rent);
    Ok(info.lamports().saturating_sub(rent))
}

/// The rent deposit of an account with `bytes` bytes, lamports.
pub fn rent(bytes: usize) -> Result<u64> {
    Ok(rent_at(&Rent::get()?, bytes))
}

/// The same by the sysvar `rent`. Its own method multiplies with a float, some four hundred instructions here; the factor has
/// been 2 on every cluster, and is to become 1.
#[allow(deprecated)]
fn rent_at(rent: &Rent, bytes: usize) -> u64 {
    let years = match rent.exemption_threshold.to_bits() {
        ONE => 1,
        TWO => 2,
        _ => return rent.minimum_balance(bytes),
    };
    (ACCOUNT_OVERHEAD + bytes as u64) * rent.lamports_per_byte_year * years
}

const ONE: u64 = 1.0_f64.to_bits();
const TWO: u64 = 2.0_f64.to_bits();

/// Bytes that every account pays for beside its own.
const ACCOUNT_OVERHEAD: u64 = 128;

/// A checked sum of lamports.
pub fn sum(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| Error::from(LatchkeyError::Overflow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(deprecated)]
    fn rent_is_what_the_sysvar_says() {
        for exemption_threshold in [1.0, 2.0, 0.5, 3.25] {
            for lamports_per_byte_year in [0, 1, 696, 3_480, 6_960, 1_000_000_007] {
                let rent = Rent { lamports_per_byte_year, exemption_threshold, ..Rent::default() };
                for bytes in [0, 1, 165, 880, 10_240, 10_000_000] {
                    assert_eq!(rent_at(&rent, bytes), rent.minimum_balance(bytes));
                }
            }
        }
    }
}
