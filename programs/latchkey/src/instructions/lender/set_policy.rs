use anchor_lang::prelude::*;

use super::ByAuthority;
use crate::events::PolicySet;
use crate::state::PolicyFloors;

/// Changes the floors of loans yet to be written. Loans that exist keep what their parties signed.
pub fn set_policy(ctx: Context<ByAuthority>, floors: PolicyFloors) -> Result<()> {
    let lender = &mut ctx.accounts.lender;
    emit!(PolicySet { lender: lender.key(), before: lender.floors, after: floors });
    lender.floors = floors;
    Ok(())
}
