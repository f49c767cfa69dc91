use anchor_lang::prelude::*;

use super::ByServicer;
use crate::events::FeesWaived;
use crate::rules::servicing;

/// Forgives late fees that were charged.
pub fn waive_fees(ctx: Context<ByServicer>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (before, status_before) = (loan.ledger.fees, loan.status);
    servicing::waive_fees(loan, amount, now)?;
    emit!(FeesWaived {
        loan: loan.key(),
        amount,
        before,
        after: loan.ledger.fees,
        status_before,
        status_after: loan.status,
    });
    Ok(())
}
