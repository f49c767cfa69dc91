use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use super::payment::Before;
use crate::errors::LatchkeyError;
use crate::events::SurplusWithdrawn;
use crate::records;
use crate::rules::check;
use crate::rules::ledger::Wallet;
use crate::rules::{recovery, servicing};
use crate::state::{Loan, LoanSignerSeeds, LoanStub};
use crate::tokens::Transfer;

/// The borrower takes back what lies in the car wallet and is not due; and all of what was sent to the loan's address in
/// another mint, or after the loan was closed.
#[derive(Accounts)]
pub struct WithdrawSurplus<'info> {
    pub borrower: Signer<'info>,
    /// CHECK: the loan, or what is left of it once closed. The handler reads it.
    #[account(mut)]
    pub loan: UncheckedAccount<'info>,
    /// The token account that holds the money: the car wallet, or any other that the loan's address owns.
    #[account(mut, token::mint = mint, constraint = wallet.owner == loan.key() @ LatchkeyError::WrongLoan)]
    pub wallet: Box<InterfaceAccount<'info, TokenAccount>>,
    /// A token account of the borrower.
    #[account(
        mut,
        token::mint = mint,
        constraint = borrower_tokens.owner == borrower.key() @ LatchkeyError::WrongRecipient
    )]
    pub borrower_tokens: Box<InterfaceAccount<'info, TokenAccount>>,
    /// What is taken back.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    pub token_program: Interface<'info, TokenInterface>,
}

/// Moves the money. What is past due as of now stays in the wallet of an open loan. A mint of others may keep a fee of what
/// it moves: the rest is better than nothing.
pub fn withdraw_surplus(ctx: Context<WithdrawSurplus>, amount: u64) -> Result<()> {
    check(amount > 0, LatchkeyError::ZeroAmount)?;
    let accounts = ctx.accounts;
    let before = accounts.wallet.amount;
    // A statement of its own: the account's bytes are free again before a loan is written back to them.
    let stub = LoanStub::try_deserialize(&mut &accounts.loan.try_borrow_data()?[..]);
    let seeds = match stub {
        Ok(stub) => stub_seeds(&accounts.loan, &stub, &accounts.borrower)?,
        Err(_) => withdraw_from_loan(accounts, amount)?,
    };
    Transfer {
        from: accounts.wallet.to_account_info(),
        to: accounts.borrower_tokens.to_account_info(),
        authority: accounts.loan.to_account_info(),
        mint: accounts.mint.to_account_info(),
        program: &accounts.token_program,
    }
    .part_with(amount, &seeds.as_slices())?;
    emit!(SurplusWithdrawn {
        loan: accounts.loan.key(),
        mint: accounts.mint.key(),
        amount,
        before,
        after: before - amount,
    });
    Ok(())
}

/// A closed loan owes nothing: all of it is the borrower's.
fn stub_seeds(account: &AccountInfo, stub: &LoanStub, borrower: &Signer) -> Result<LoanSignerSeeds> {
    records::check_owner(account)?;
    check(stub.borrower == borrower.key(), LatchkeyError::NotBorrower)?;
    Ok(LoanSignerSeeds::new(stub.vehicle, stub.index, stub.bump))
}

/// Of an open loan's own wallet, only what is not due.
fn withdraw_from_loan(accounts: &WithdrawSurplus, amount: u64) -> Result<LoanSignerSeeds> {
    let now = Clock::get()?.unix_timestamp;
    let mut loan = records::read::<Loan>(&accounts.loan)?;
    check(loan.borrower == accounts.borrower.key(), LatchkeyError::NotBorrower)?;
    recovery::sign_in_full(&mut loan, now)?;
    if loan.wallet == accounts.wallet.key() {
        let before = Before::of(accounts.loan.key(), &loan);
        let looked = servicing::withdraw_surplus(&mut loan, Wallet(accounts.wallet.amount), amount, now)?;
        before.looked(&loan, &looked);
    }
    records::write(&*loan, &accounts.loan)?;
    Ok(loan.signer_seeds())
}
