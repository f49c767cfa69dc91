use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::EscrowFunded;
use crate::lamports::{available, deposit, sum};
use crate::rules::check;
use crate::state::Escrow;

/// Adds lamports to an escrow. Anyone may.
#[derive(Accounts)]
pub struct FundEscrow<'info> {
    /// Who gives.
    #[account(mut)]
    pub funder: Signer<'info>,
    #[account(mut, dup, seeds = [Escrow::SEED, escrow.loan.as_ref()], bump = escrow.bump)]
    pub escrow: Account<'info, Escrow>,
    pub system_program: Program<'info, System>,
}

/// Moves the lamports and counts them.
pub fn fund_escrow(ctx: Context<FundEscrow>, lamports: u64) -> Result<()> {
    check(lamports > 0, LatchkeyError::ZeroAmount)?;
    let escrow = ctx.accounts.escrow.to_account_info();
    let before = available(&ctx.accounts.escrow)?;
    deposit(&ctx.accounts.funder, &escrow, lamports)?;
    ctx.accounts.escrow.deposited = sum(ctx.accounts.escrow.deposited, lamports)?;
    emit!(EscrowFunded {
        loan: ctx.accounts.escrow.loan,
        by: ctx.accounts.funder.key(),
        lamports,
        before,
        after: sum(before, lamports)?,
    });
    Ok(())
}
