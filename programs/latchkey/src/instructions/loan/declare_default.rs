use anchor_lang::prelude::*;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
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
    #[account(mut, has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
    /// The car wallet, which must not be able to pay.
    #[account(constraint = is_car_wallet(&wallet, loan.key(), lender.mint) @ LatchkeyError::WrongLoan)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
}

/// Whether that is the car wallet: the loan's associated token account for the mint, under the token program that owns it.
pub(crate) fn is_car_wallet(wallet: &InterfaceAccount<TokenAccount>, loan: Pubkey, mint: Pubkey) -> bool {
    let token_program = *wallet.to_account_info().owner;
    wallet.key() == get_associated_token_address_with_program_id(&loan, &mint, &token_program)
        && wallet.owner == loan
        && wallet.mint == mint
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
