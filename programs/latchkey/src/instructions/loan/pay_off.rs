use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use super::payment::Before;
use crate::errors::LatchkeyError;
use crate::events::PaymentKind;
use crate::rules::{payments, recovery};
use crate::state::{Lender, Loan};
use crate::tokens::{Transfer, wallet};

/// Pays all that is owed. Anyone may. What is due comes from the wallet, and so does the rest if the borrower signs; what
/// is missing, the payer brings.
#[derive(Accounts)]
pub struct PayOff<'info> {
    /// Who pays: the borrower or anyone else.
    pub payer: Signer<'info>,
    #[account(has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    #[account(mut)]
    pub wallet: UncheckedAccount<'info>,
    /// CHECK: a token account of the payer that brings what is missing. The token program checks it.
    #[account(mut)]
    pub payer_tokens: Option<UncheckedAccount<'info>>,
    /// What the loan is paid in.
    /// CHECK: by the lender's record.
    pub mint: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Takes principal, interest to date and fees. It works while late, and whatever the treasury does: the money waits in the
/// wallet for the lender.
pub fn pay_off(ctx: Context<PayOff>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let loan = &mut accounts.loan;
    let before = Before::new(loan);
    let by_borrower = accounts.payer.key() == loan.borrower;
    if by_borrower {
        recovery::drop_proposal(loan);
    }
    let payoff = payments::pay_off(loan, wallet(&accounts.wallet)?, by_borrower, now)?;
    if payoff.brought > 0 {
        let from = accounts.payer_tokens.as_ref().ok_or(LatchkeyError::PayerTokensMissing)?;
        Transfer {
            from: from.to_account_info(),
            to: accounts.wallet.to_account_info(),
            authority: accounts.payer.to_account_info(),
            mint: accounts.mint.to_account_info(),
            program: &accounts.token_program,
        }
        .send(payoff.brought, &[])?;
    }
    before.paid(loan, PaymentKind::PaidOff, &payoff.payment);
    Ok(())
}
