use anchor_lang::prelude::*;

use super::ByLoanAuthority;
use super::payment::Before;
use crate::events::LoanSettled;
use crate::rules::servicing;
use crate::tokens::wallet;

/// Why a lender ends a loan for less than is owed.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementReason {
    /// The parties agreed on less.
    Settlement,
    /// The car is lost, and an insurer paid.
    TotalLoss,
    /// The borrower gave the car back.
    Surrender,
    /// The lender took the car back.
    Repossession,
    /// A charged-off debt is released.
    ChargeOffReleased,
}

/// Ends a loan for less than is owed. It takes what is due by now and no more, forgives the rest and releases the car.
pub fn settle(ctx: Context<ByLoanAuthority>, reason: SettlementReason) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let (before, status_before) = (Before::new(loan), loan.status);
    let (looked, forgiven) = servicing::settle(loan, wallet(&ctx.accounts.wallet)?, now)?;
    before.looked(loan, &looked);
    emit!(LoanSettled {
        loan: loan.key(),
        reason,
        status_before,
        forgiven_principal: forgiven.principal,
        forgiven_interest: forgiven.interest,
        forgiven_fees: forgiven.fees,
        at: now,
    });
    Ok(())
}
