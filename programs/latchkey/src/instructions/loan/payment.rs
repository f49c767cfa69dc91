//! Carrying out a payment that [`crate::rules::ledger`] has decided: tokens from the car wallet to the treasury.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::events::{PaymentApplied, PaymentKind};
use crate::rules::ledger::Payment;
use crate::rules::Ruled;
use crate::state::Loan;
use crate::tokens::Transfer;

/// The accounts a payment moves money between.
pub(super) struct Till<'a, 'info> {
    pub loan: &'a mut Account<'info, Loan>,
    pub wallet: &'a InterfaceAccount<'info, TokenAccount>,
    pub treasury: &'a InterfaceAccount<'info, TokenAccount>,
    pub mint: &'a InterfaceAccount<'info, Mint>,
    pub token_program: &'a Interface<'info, TokenInterface>,
}

impl Till<'_, '_> {
    /// Lets `rule` change the loan for the present wallet and time, then moves what it took.
    pub fn pay(
        self,
        kind: PaymentKind,
        rule: impl FnOnce(&mut Loan, u64, i64) -> Ruled<Payment>,
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let before = (self.loan.ledger.principal, self.loan.status);
        let payment = rule(self.loan, self.wallet.amount, now)?;
        let applied = payment.applied;

        let index = self.loan.index.to_le_bytes();
        let seeds: &[&[u8]] = &[b"loan", self.loan.vehicle.as_ref(), &index, &[self.loan.bump]];
        Transfer {
            from: self.wallet,
            to: self.treasury,
            authority: self.loan.to_account_info(),
            mint: self.mint,
            program: self.token_program,
        }
        .send(applied.total(), seeds)?;

        emit!(PaymentApplied {
            loan: self.loan.key(),
            kind,
            interest: applied.interest,
            principal: applied.principal,
            fees: applied.fees,
            late_fees: payment.late_fees,
            principal_before: before.0,
            principal_after: self.loan.ledger.principal,
            status_before: before.1,
            status_after: self.loan.status,
        });
        Ok(())
    }
}
