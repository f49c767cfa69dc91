//! Carrying out a payment that [`crate::rules::ledger`] has decided: tokens from the car wallet to the treasury.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::events::{PaymentApplied, PaymentKind};
use crate::rules::Ruled;
use crate::rules::ledger::{Payment, Wallet};
use crate::state::Loan;
use crate::tokens::Transfer;

/// A payment from the car wallet: the accounts it moves money between.
pub(super) struct WalletPayment<'a, 'info> {
    pub loan: &'a mut Account<'info, Loan>,
    pub wallet: &'a InterfaceAccount<'info, TokenAccount>,
    pub treasury: &'a InterfaceAccount<'info, TokenAccount>,
    pub mint: &'a InterfaceAccount<'info, Mint>,
    pub token_program: &'a Interface<'info, TokenInterface>,
}

impl WalletPayment<'_, '_> {
    /// Lets `rule` change the loan for the present wallet and time, then moves what it took.
    pub fn pay(
        self,
        kind: PaymentKind,
        rule: impl FnOnce(&mut Loan, Wallet, i64) -> Ruled<Payment>,
    ) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let before = (self.loan.ledger.principal, self.loan.status);
        let payment = rule(self.loan, Wallet(self.wallet.amount), now)?;
        let applied = payment.applied;

        Transfer {
            from: self.wallet,
            to: self.treasury,
            authority: self.loan.to_account_info(),
            mint: self.mint,
            program: self.token_program,
        }
        .send(applied.total(), &self.loan.signer_seeds().as_slices())?;

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
