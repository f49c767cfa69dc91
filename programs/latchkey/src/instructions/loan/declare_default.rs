use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::events::DefaultDeclared;
use crate::rules::gates::check_default;
use crate::rules::ledger::Wallet;
use crate::rules::loan_at::LoanAt;
use crate::state::{Lender, Loan, LoanStatus};

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
    /// The car wallet, which must not be able to pay.
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
}

/// Checks the default and declares it.
pub fn declare_default(ctx: Context<DeclareDefault>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let position = check_default(&LoanAt::new(loan, Wallet(ctx.accounts.wallet.amount), now))?;

    loan.status = LoanStatus::Defaulted;
    loan.defaulted_at = now;
    emit!(DefaultDeclared {
        loan: loan.key(),
        past_due: position.past_due,
        oldest_unpaid_due: position.oldest_unpaid_due.unwrap_or(now),
        at: now,
    });
    Ok(())
}
