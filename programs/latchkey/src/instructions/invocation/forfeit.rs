use anchor_lang::prelude::*;

use crate::lamports::{pay, sum};
use crate::state::{Escrow, Invocation};

/// Ends a claim whose lease lapsed in silence: the bond goes to the escrow, and that keeper may not come back.
/// Returns the bond, 0 if there was no claim.
pub(super) fn forfeit_lapsed_bond<'info>(
    invocation: &mut Account<'info, Invocation>,
    escrow: &mut Account<'info, Escrow>,
) -> Result<u64> {
    let Some(lapsed) = invocation.claim() else {
        return Ok(0);
    };
    invocation.set_claim(None);
    invocation.last_lapsed = lapsed.keeper;
    escrow.forfeited = sum(escrow.forfeited, lapsed.bond)?;
    pay(&invocation.to_account_info(), &escrow.to_account_info(), lapsed.bond)?;
    Ok(lapsed.bond)
}
