use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::events::LoanChargedOff;
use crate::rules::ledger::Wallet;
use crate::rules::servicing;
use crate::state::{Lender, Loan};

/// The lender gives a loan up: from now on it has no late fees, no warnings and no locks, and its car can be unlocked.
#[derive(Accounts)]
pub struct ChargeOff<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
}

/// Marks the loan. What is owed stays owed and can still be paid.
pub fn charge_off(ctx: Context<ChargeOff>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let status_before = loan.status;
    let position = servicing::charge_off(loan, Wallet(ctx.accounts.wallet.amount), now)?;
    emit!(LoanChargedOff {
        loan: loan.key(),
        status_before,
        past_due: position.past_due,
        days_past_due: position.days_past_due(now),
        at: now,
    });
    Ok(())
}
