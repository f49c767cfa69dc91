use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::errors::LatchkeyError;
use crate::events::SurplusWithdrawn;
use crate::rules::servicing;
use crate::state::{Lender, Loan};
use crate::tokens::Transfer;

/// The borrower takes back what lies in the car wallet and is not due.
#[derive(Accounts)]
pub struct WithdrawSurplus<'info> {
    /// The borrower.
    pub borrower: Signer<'info>,
    /// The lender.
    #[account(has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    /// The loan.
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = borrower @ LatchkeyError::NotBorrower
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// The car wallet: the one that the loan was written with.
    #[account(
        mut,
        constraint = wallet.to_account_info().owner == token_program.key
            @ ErrorCode::ConstraintAssociatedTokenTokenProgram,
        constraint = wallet.owner == loan.key() @ ErrorCode::ConstraintTokenOwner,
        constraint = wallet.key() == loan.wallet @ ErrorCode::ConstraintAssociated
    )]
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
    /// The mint's token program.
    pub token_program: Interface<'info, TokenInterface>,
}

/// Moves the money. Past due and fees, as of now, stay in the wallet.
pub fn withdraw_surplus(ctx: Context<WithdrawSurplus>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts = ctx.accounts;
    let before = accounts.wallet.amount;
    servicing::withdraw_surplus(&mut accounts.loan, before, amount, now)?;
    let index = accounts.loan.index.to_le_bytes();
    let seeds: &[&[u8]] = &[b"loan", accounts.loan.vehicle.as_ref(), &index, &[accounts.loan.bump]];
    Transfer {
        from: &accounts.wallet,
        to: &accounts.borrower_tokens,
        authority: accounts.loan.to_account_info(),
        mint: &accounts.mint,
        program: &accounts.token_program,
    }
    .send(amount, seeds)?;
    emit!(SurplusWithdrawn { loan: accounts.loan.key(), amount, before, after: before - amount });
    Ok(())
}
