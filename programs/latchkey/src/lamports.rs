//! Moving lamports between the program's own accounts.

use anchor_lang::prelude::*;
use anchor_lang::system_program;

use crate::errors::LatchkeyError;
use crate::state::Escrow;

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
pub fn deposit<'info>(from: AccountInfo<'info>, to: AccountInfo<'info>, lamports: u64) -> Result<()> {
    if lamports == 0 {
        return Ok(());
    }
    let context = CpiContext::new(system_program::ID, system_program::Transfer { from, to });
    system_program::transfer(context, lamports)
}

/// What an escrow has above its rent: above the deposit as it was paid, and above what rent costs now, if that is more.
pub fn available(escrow: &Account<Escrow>) -> Result<u64> {
    let info = escrow.to_account_info();
    let rent = Rent::get()?.minimum_balance(info.data_len()).max(escrow.rent);
    Ok(info.lamports().saturating_sub(rent))
}

/// A checked sum of lamports.
pub fn sum(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| Error::from(LatchkeyError::Overflow))
}
