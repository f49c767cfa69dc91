use anchor_lang::prelude::*;

use super::payment::Before;
use crate::errors::LatchkeyError;
use crate::events::DefaultDeclared;
use crate::rules::servicing;
use crate::state::{Lender, Loan};
use crate::tokens::wallet;

/// Marks a loan defaulted. Anyone may call it; the rules decide.
#[derive(Accounts)]
pub struct DeclareDefault<'info> {
    pub lender: Box<Account<'info, Lender>>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, which must not be able to pay; by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}

/// Takes what is due as far as the wallet goes, checks the default and declares it.
pub fn declare_default(ctx: Context<DeclareDefault>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = Before::new(loan);
    let (looked, oldest_unpaid_due) = servicing::declare_default(loan, wallet(&ctx.accounts.wallet)?, now)?;
    before.looked(loan, &looked);
    emit!(DefaultDeclared { loan: loan.key(), past_due: looked.past_due, oldest_unpaid_due, at: now });
    Ok(())
}
