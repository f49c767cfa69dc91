use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::EscrowWithdrawn;
use crate::lamports::{available, pay, sum};
use crate::rules::check;
use crate::state::{Escrow, Lender, Loan};

/// Takes lamports out of an escrow. Only its lender may.
#[derive(Accounts)]
pub struct WithdrawEscrow<'info> {
    /// The lender's authority, which gets them.
    #[account(mut)]
    pub authority: Signer<'info>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
    #[account(has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
    #[account(mut, dup, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Account<'info, Escrow>,
}

/// Moves the lamports. The fee of the unlock that may follow stays for as long as the loan exists.
pub fn withdraw_escrow(ctx: Context<WithdrawEscrow>, lamports: u64) -> Result<()> {
    check(lamports > 0, LatchkeyError::ZeroAmount)?;
    let escrow = ctx.accounts.escrow.to_account_info();
    let before = available(&ctx.accounts.escrow)?;
    let needed = sum(lamports, ctx.accounts.loan.unlock_fee)?;
    check(before >= needed, LatchkeyError::EscrowShort)?;
    ctx.accounts.escrow.withdrawn = sum(ctx.accounts.escrow.withdrawn, lamports)?;
    pay(&escrow, &ctx.accounts.authority, lamports)?;
    emit!(EscrowWithdrawn { loan: ctx.accounts.loan.key(), lamports, before, after: before - lamports });
    Ok(())
}
