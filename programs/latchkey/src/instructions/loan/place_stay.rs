use anchor_lang::prelude::*;

use super::ByLoanAuthority;
use super::payment::Before;
use crate::events::StayPlaced;
use crate::rules::servicing;
use crate::tokens::wallet;

/// Stays all enforcement from `from` to `until`: bankruptcy or deployment. No warning, lock, default or late fee inside;
/// grace and notice begin again at its end.
pub fn place_stay(ctx: Context<ByLoanAuthority>, from: i64, until: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (before, until_before) = (Before::new(loan), loan.stay_until);
    let looked = servicing::place_stay(loan, wallet(&ctx.accounts.wallet)?, from, until, now)?;
    before.looked(loan, &looked);
    emit!(StayPlaced {
        loan: loan.key(),
        until_before,
        from: loan.stay_from,
        until,
        status_after: loan.status
    });
    Ok(())
}
