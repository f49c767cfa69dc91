use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;

use crate::errors::LatchkeyError;
use crate::events::DefaultDeclared;
use crate::rules::gates::check_default;
use crate::rules::ledger::Position;
use crate::state::{Lender, Loan, LoanStatus};

/// Marks a loan defaulted. Anyone may call it; the rules decide.
#[derive(Accounts)]
pub struct DeclareDefault<'info> {
    /// The lender.
    pub lender: Box<Account<'info, Lender>>,
    /// The loan.
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
    /// The car wallet, which must not be able to pay.
    #[account(constraint = is_car_wallet(&wallet, &loan, &lender) @ LatchkeyError::WrongLoan)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
}

/// Whether that is the car wallet: the one that the loan was written with, still the loan's, still of the mint.
pub(crate) fn is_car_wallet(
    wallet: &InterfaceAccount<TokenAccount>,
    loan: &Account<Loan>,
    lender: &Account<Lender>,
) -> bool {
    wallet.key() == loan.wallet && wallet.owner == loan.key() && wallet.mint == lender.mint
}

/// Checks the default and declares it.
pub fn declare_default(ctx: Context<DeclareDefault>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let wallet = ctx.accounts.wallet.amount;
    let loan = &mut ctx.accounts.loan;
    check_default(loan, wallet, now)?;
    let position = Position::at(loan, wallet, now)?;

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
