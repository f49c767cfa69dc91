use anchor_lang::prelude::*;
use anchor_spl::token_interface::{CloseAccount, Mint, TokenAccount, TokenInterface, close_account};

use crate::errors::LatchkeyError;
use crate::events::LoanClosed;
use crate::lamports::{above_rent, pay, sum};
use crate::state::{Escrow, Lender, Loan, LoanStatus, Vehicle};
use crate::tokens::Transfer;

/// Ends a paid-off loan: the rest of the escrow goes to the lender, the rest of the wallet to the borrower, the rent
/// to who paid it. Lender or borrower signs.
#[derive(Accounts)]
pub struct CloseLoan<'info> {
    /// The lender's authority or servicer, or the borrower.
    pub party: Signer<'info>,
    #[account(mut, dup, has_one = authority @ LatchkeyError::WrongRecipient, has_one = mint)]
    pub lender: Box<Account<'info, Lender>>,
    /// CHECK: the lender's authority, which gets the rest of the escrow; by the lender's record.
    #[account(mut)]
    pub authority: UncheckedAccount<'info>,
    #[account(mut, dup)]
    pub vehicle: Box<Account<'info, Vehicle>>,
    #[account(
        mut,
        dup,
        close = rent_payer,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = vehicle @ LatchkeyError::WrongVehicle,
        has_one = wallet @ LatchkeyError::WrongLoan,
        has_one = rent_payer @ LatchkeyError::WrongRecipient,
        constraint = loan.borrower == party.key() || lender.is_servicing(party.key) @ LatchkeyError::NotParty
    )]
    pub loan: Box<Account<'info, Loan>>,
    #[account(mut, dup, close = rent_payer, has_one = loan @ LatchkeyError::WrongLoan)]
    pub escrow: Box<Account<'info, Escrow>>,
    #[account(mut)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// A token account of the borrower, which gets the rest of the wallet.
    #[account(
        mut,
        token::mint = mint,
        constraint = borrower_tokens.owner == loan.borrower @ LatchkeyError::WrongRecipient
    )]
    pub borrower_tokens: Box<InterfaceAccount<'info, TokenAccount>>,
    /// CHECK: who paid the rent, by the loan's record.
    #[account(mut)]
    pub rent_payer: UncheckedAccount<'info>,
    /// What the loan was paid in.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Returns what is left and closes the accounts.
pub fn close_loan(ctx: Context<CloseLoan>) -> Result<()> {
    let accounts = ctx.accounts;
    require!(accounts.loan.status == LoanStatus::PaidOff, LatchkeyError::LoanNotPaidOff);
    let now = Clock::get()?.unix_timestamp;
    require!(!accounts.vehicle.may_be_locked_at(now), LatchkeyError::VehicleLocked);
    require!(accounts.loan.invocations_open == 0, LatchkeyError::InvocationsOpen);

    let wallet_returned = accounts.wallet.amount;
    let seeds = accounts.loan.signer_seeds();
    Transfer {
        from: &accounts.wallet,
        to: &accounts.borrower_tokens,
        authority: accounts.loan.to_account_info(),
        mint: &accounts.mint,
        program: &accounts.token_program,
    }
    .send(wallet_returned, &seeds.as_slices())?;
    let closing = CloseAccount {
        account: accounts.wallet.to_account_info(),
        destination: accounts.rent_payer.to_account_info(),
        authority: accounts.loan.to_account_info(),
    };
    close_account(CpiContext::new_with_signer(accounts.token_program.key(), closing, &[&seeds.as_slices()]))?;

    let escrow = accounts.escrow.to_account_info();
    let escrow_returned = above_rent(&escrow)?;
    pay(&escrow, &accounts.authority, escrow_returned)?;
    accounts.vehicle.active_loan = None;
    accounts.lender.loans_closed = sum(accounts.lender.loans_closed, 1)?;
    emit!(LoanClosed {
        loan: accounts.loan.key(),
        escrow_returned,
        wallet_returned,
        fees_paid: accounts.escrow.paid,
    });
    Ok(())
}
