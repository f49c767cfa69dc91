use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::errors::LatchkeyError;
use crate::events::SurplusWithdrawn;
use crate::rules::ledger::Wallet;
use crate::rules::servicing;
use crate::state::{Lender, Loan};
use crate::tokens::Transfer;

/// The borrower takes back what lies in the car wallet and is not due.
#[derive(Accounts)]
pub struct WithdrawSurplus<'info> {
    pub borrower: Signer<'info>,
    #[account(has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = borrower @ LatchkeyError::NotBorrower,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    #[account(mut)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// A token account of the borrower.
    #[account(
        mut,
        token::mint = mint,
        constraint = borrower_tokens.owner == borrower.key() @ LatchkeyError::WrongRecipient
    )]
    pub borrower_tokens: Box<InterfaceAccount<'info, TokenAccount>>,
    /// What the loan is paid in.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Moves the money. Past due and fees, as of now, stay in the wallet.
pub fn withdraw_surplus(ctx: Context<WithdrawSurplus>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let before = accounts.wallet.amount;
    servicing::withdraw_surplus(&mut accounts.loan, Wallet(before), amount, now)?;
    Transfer {
        from: &accounts.wallet,
        to: &accounts.borrower_tokens,
        authority: accounts.loan.to_account_info(),
        mint: &accounts.mint,
        program: &accounts.token_program,
    }
    .send(amount, &accounts.loan.signer_seeds().as_slices())?;
    emit!(SurplusWithdrawn { loan: accounts.loan.key(), amount, before, after: before - amount });
    Ok(())
}
