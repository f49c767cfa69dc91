use anchor_lang::prelude::*;

use super::ByAuthority;
use crate::events::ServicerSet;

/// Changes the hot key. The old one can do nothing from now on.
pub fn set_servicer(ctx: Context<ByAuthority>, servicer: Pubkey) -> Result<()> {
    let lender = &mut ctx.accounts.lender;
    emit!(ServicerSet { lender: lender.key(), before: lender.servicer, after: servicer });
    lender.servicer = servicer;
    Ok(())
}
