use anchor_lang::prelude::*;

use super::ByLoanAuthority;
use super::payment::Before;
use crate::events::LoanChargedOff;
use crate::rules::calendar::DAY;
use crate::rules::servicing;
use crate::tokens::wallet;

/// Gives a loan up, 120 days past due: from now on it has no late fees, no warnings and no locks, and its car can be
/// unlocked. What is owed stays owed and can still be paid.
pub fn charge_off(ctx: Context<ByLoanAuthority>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (before, status_before) = (Before::new(loan), loan.status);
    let (looked, oldest_unpaid_due) = servicing::charge_off(loan, wallet(&ctx.accounts.wallet)?, now)?;
    before.looked(loan, &looked);
    emit!(LoanChargedOff {
        loan: loan.key(),
        status_before,
        past_due: looked.past_due,
        days_past_due: (now - oldest_unpaid_due) / DAY,
        at: now,
    });
    Ok(())
}
