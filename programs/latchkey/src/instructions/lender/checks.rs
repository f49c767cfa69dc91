//! What more than one of a lender's instructions checks.

use anchor_lang::prelude::*;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;

use crate::errors::LatchkeyError;
use crate::rules::check;
use crate::state::MAX_KEEPERS;

/// The treasury is the authority's associated token account of the mint: anyone can create it again if it was closed, and
/// nothing else needs to be known of it.
pub(super) fn check_treasury(
    treasury: &Pubkey,
    authority: &Pubkey,
    mint: &Pubkey,
    token_program: &Pubkey,
) -> Result<()> {
    let expected = get_associated_token_address_with_program_id(authority, mint, token_program);
    check(*treasury == expected, LatchkeyError::InvalidTreasury)?;
    Ok(())
}

/// The allow-list fits the account and names no keeper twice.
pub(super) fn check_keepers(keepers: &[Pubkey]) -> Result<()> {
    let distinct = keepers.iter().enumerate().all(|(i, keeper)| !keepers[..i].contains(keeper));
    check(keepers.len() <= MAX_KEEPERS && distinct, LatchkeyError::InvalidKeepers)?;
    Ok(())
}
