//! What more than one of a lender's instructions checks.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::state::MAX_KEEPERS;

/// The treasury is the authority's own account of the lender's mint, and no other key can close it during a payment.
pub(super) fn check_treasury(treasury: &TokenAccount, mint: &Pubkey, authority: &Pubkey) -> Result<()> {
    let fits = treasury.mint == *mint && treasury.owner == *authority && treasury.close_authority.is_none();
    require!(fits, LatchkeyError::InvalidTreasury);
    Ok(())
}

/// The allow-list fits the account and names no keeper twice.
pub(super) fn check_keepers(keepers: &[Pubkey]) -> Result<()> {
    let distinct = keepers.iter().enumerate().all(|(i, keeper)| !keepers[..i].contains(keeper));
    require!(keepers.len() <= MAX_KEEPERS && distinct, LatchkeyError::InvalidKeepers);
    Ok(())
}
