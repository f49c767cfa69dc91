use anchor_lang::prelude::*;

use super::{ByBothParties, ByServicer};
use crate::events::{HoldLifted, HoldPlaced};
use crate::rules::servicing;

/// The lender promises: no lock and no warning before `until`.
pub fn place_hold(ctx: Context<ByServicer>, until: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = loan.hold_until;
    servicing::place_hold(loan, until, now)?;
    emit!(HoldPlaced { loan: loan.key(), before, after: until });
    Ok(())
}

/// Ends a hold before its date: a promise is taken back only with the borrower's signature.
pub fn lift_hold(ctx: Context<ByBothParties>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = loan.hold_until;
    servicing::lift_hold(loan, now)?;
    emit!(HoldLifted { loan: loan.key(), before, at: now });
    Ok(())
}
