use anchor_lang::prelude::*;

use super::ByAuthority;
use crate::errors::LatchkeyError;
use crate::events::AuthorityNominated;
use crate::rules::check;

/// Nominates the next authority, or takes a nomination back. Nothing changes hands before the nominee accepts, so a
/// mistyped key costs nothing.
pub fn nominate_authority(ctx: Context<ByAuthority>, nominee: Option<Pubkey>) -> Result<()> {
    let lender = &mut ctx.accounts.lender;
    check(nominee != Some(lender.authority), LatchkeyError::InvalidNominee)?;
    emit!(AuthorityNominated { lender: lender.key(), before: lender.nominee(), after: nominee });
    lender.pending_authority = nominee.unwrap_or_default();
    Ok(())
}
