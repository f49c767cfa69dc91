use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::ClaimYielded;
use crate::lamports::pay;
use crate::rules::invocation::check_yield;
use crate::state::{Invocation, Vehicle};

/// Gives a running lease back, so that another keeper can try.
#[derive(Accounts)]
pub struct YieldClaim<'info> {
    /// The keeper that holds the lease.
    #[account(mut)]
    pub keeper: Signer<'info>,
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(mut, dup, has_one = vehicle @ LatchkeyError::WrongVehicle)]
    pub invocation: Box<Account<'info, Invocation>>,
}

/// Ends the lease and returns the bond. A lapsed lease cannot be given back: its bond is forfeited, unless the car's device
/// key is distrusted or has changed, so that no receipt could settle the call.
pub fn yield_claim(ctx: Context<YieldClaim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let invocation = &mut ctx.accounts.invocation;
    let claim = check_yield(invocation, &ctx.accounts.vehicle, ctx.accounts.keeper.key(), now)?;
    invocation.set_claim(None);
    pay(&invocation.to_account_info(), &ctx.accounts.keeper, claim.bond)?;
    emit!(ClaimYielded { invocation: invocation.key(), keeper: claim.keeper, bond: claim.bond });
    Ok(())
}
