use anchor_lang::prelude::*;

use super::ByAuthority;
use super::checks::check_keepers;
use crate::events::KeepersSet;

/// Changes the allow-list; an empty one admits every keeper. A claim that stands is not touched.
pub fn set_keepers(ctx: Context<ByAuthority>, keepers: Vec<Pubkey>) -> Result<()> {
    check_keepers(&keepers)?;
    let lender = &mut ctx.accounts.lender;
    let before = core::mem::replace(&mut lender.keepers, keepers);
    emit!(KeepersSet { lender: lender.key(), before, after: lender.keepers.clone() });
    Ok(())
}
