use anchor_lang::prelude::*;

use super::ByBothParties;
use crate::events::LoanExtended;
use crate::rules::schedule::last_due;
use crate::rules::servicing;

/// Moves every due date by one period. Interest continues to accrue, so both parties sign.
pub fn extend(ctx: Context<ByBothParties>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (status_before, last_due_before) = (loan.status, last_due(&loan.terms));
    servicing::extend(loan, now)?;
    emit!(LoanExtended {
        loan: loan.key(),
        extensions_used: loan.extensions_used,
        last_due_before,
        last_due_after: last_due(&loan.terms),
        status_before,
        status_after: loan.status,
    });
    Ok(())
}
