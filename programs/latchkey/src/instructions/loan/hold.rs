use anchor_lang::prelude::*;

use super::{ByBothParties, ByServicer};
use crate::events::{HoldLifted, HoldPlaced};
use crate::rules::{recovery, servicing};

/// The lender promises: no lock and no warning before `until`. The servicer promises 45 days ahead, the authority 366.
pub fn place_hold(ctx: Context<ByServicer>, until: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let by_authority = ctx.accounts.lender_signer.key() == ctx.accounts.lender.authority;
    let loan = &mut ctx.accounts.loan;
    let before = loan.hold_until;
    servicing::place_hold(loan, until, by_authority, now)?;
    emit!(HoldPlaced { loan: loan.key(), before, after: until });
    Ok(())
}

/// Ends a hold before its date: a promise is taken back only with the borrower's signature.
pub fn lift_hold(ctx: Context<ByBothParties>, revision: u32, deadline: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    servicing::check_agreed(loan, revision, deadline, now)?;
    recovery::sign_in_full(loan, now)?;
    let before = loan.hold_until;
    servicing::lift_hold(loan, now)?;
    emit!(HoldLifted { loan: loan.key(), before, at: now });
    Ok(())
}
