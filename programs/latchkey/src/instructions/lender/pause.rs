use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::PauseSet;
use crate::rules::check;
use crate::state::Lender;

/// The longest pause, seconds: a day. It ends by itself, so that a lost key cannot leave a lender paused.
pub const MAX_PAUSE_SECS: u32 = 86_400;

/// Pauses a lender's locks and warnings, and lifts the pause. Paying and unlocking never wait for it.
#[derive(Accounts)]
pub struct Pause<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(mut, dup, constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
}

/// No lock or warning can be requested for `secs` from now.
pub fn pause(ctx: Context<Pause>, secs: u32) -> Result<()> {
    check((1..=MAX_PAUSE_SECS).contains(&secs), LatchkeyError::InvalidPause)?;
    let until = Clock::get()?.unix_timestamp.checked_add(secs.into()).ok_or(LatchkeyError::Overflow)?;
    set(&mut ctx.accounts.lender, until)
}

/// Locks and warnings can be requested again.
pub fn unpause(ctx: Context<Pause>) -> Result<()> {
    set(&mut ctx.accounts.lender, 0)
}

fn set(lender: &mut Account<Lender>, until: i64) -> Result<()> {
    emit!(PauseSet { lender: lender.key(), before: lender.paused_until, after: until });
    lender.paused_until = until;
    Ok(())
}
