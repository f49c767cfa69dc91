use anchor_lang::prelude::*;

use super::ByBothParties;
use super::payment::Before;
use crate::events::LoanExtended;
use crate::rules::schedule::last_due;
use crate::rules::{recovery, servicing};
use crate::tokens::wallet;

/// Moves every due date by one period. Interest continues to accrue, so both parties sign.
pub fn extend(ctx: Context<ByBothParties>, revision: u32, deadline: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    servicing::check_agreed(loan, revision, deadline, now)?;
    recovery::sign_in_full(loan, now)?;
    let (before, status_before, last_due_before) = (Before::new(loan), loan.status, last_due(&loan.terms));
    let looked = servicing::extend(loan, wallet(&ctx.accounts.wallet)?, now)?;
    before.looked(loan, &looked);
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
