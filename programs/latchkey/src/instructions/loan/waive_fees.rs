use anchor_lang::prelude::*;

use super::ByServicer;
use super::payment::Before;
use crate::events::FeesWaived;
use crate::rules::servicing;
use crate::tokens::wallet;

/// Forgives late fees that were charged.
pub fn waive_fees(ctx: Context<ByServicer>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (before, status_before) = (Before::new(loan), loan.status);
    let looked = servicing::waive_fees(loan, wallet(&ctx.accounts.wallet)?, amount, now)?;
    before.looked(loan, &looked);
    emit!(FeesWaived {
        loan: loan.key(),
        amount,
        before: loan.ledger.fees.saturating_add(amount),
        after: loan.ledger.fees,
        status_before,
        status_after: loan.status,
    });
    Ok(())
}
