use anchor_lang::prelude::*;

use crate::events::ClaimYielded;
use crate::lamports::pay;
use crate::rules::invocation::check_yield;
use crate::state::Invocation;

/// Gives a running lease back, so that another keeper can try.
#[derive(Accounts)]
pub struct YieldClaim<'info> {
    /// The keeper that holds the lease.
    #[account(mut)]
    pub keeper: Signer<'info>,
    #[account(mut, dup)]
    pub invocation: Box<Account<'info, Invocation>>,
}

/// Ends the lease and returns the bond. A lapsed lease cannot be given back: its bond is forfeited.
pub fn yield_claim(ctx: Context<YieldClaim>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let invocation = &mut ctx.accounts.invocation;
    let claim = check_yield(invocation, ctx.accounts.keeper.key(), now)?;
    invocation.claim = None;
    pay(&invocation.to_account_info(), &ctx.accounts.keeper, claim.bond)?;
    emit!(ClaimYielded { invocation: invocation.key(), keeper: claim.keeper, bond: claim.bond });
    Ok(())
}
