//! A borrower's key that is handed on or lost.

use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::events::{BorrowerRecovered, BorrowerRotated, RecoveryProposed, RecoveryRefused};
use crate::rules::recovery::{self, Recovery};
use crate::state::{Lender, Loan};

/// The borrower moves the loan to another key of theirs; both keys sign.
#[derive(Accounts)]
pub struct RotateBorrower<'info> {
    pub borrower: Signer<'info>,
    /// The key that takes over.
    pub new_borrower: Signer<'info>,
    #[account(mut, dup, has_one = borrower @ LatchkeyError::NotBorrower)]
    pub loan: Box<Account<'info, Loan>>,
}

/// Moves it.
pub fn rotate_borrower(ctx: Context<RotateBorrower>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let before = loan.borrower;
    recovery::rotate(loan, ctx.accounts.new_borrower.key(), now)?;
    emit!(BorrowerRotated { loan: loan.key(), before, after: loan.borrower });
    Ok(())
}

/// A new key for a borrower who lost theirs: the lender's authority proposes it, and 14 days later it takes over.
#[derive(Accounts)]
pub struct RecoverBorrower<'info> {
    pub authority: Signer<'info>,
    /// The new key, when it takes over.
    pub new_borrower: Option<Signer<'info>>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
}

/// Proposes `new_key`; called again 14 days later with that key's signature, lets it take over. Any signature of the old
/// key meanwhile ends the proposal.
pub fn recover_borrower(ctx: Context<RecoverBorrower>, new_key: Pubkey) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let signs = ctx.accounts.new_borrower.as_ref().is_some_and(|signer| signer.key() == new_key);
    let loan = &mut ctx.accounts.loan;
    let before = loan.borrower;
    match recovery::recover(loan, new_key, signs, now)? {
        Recovery::Proposed(from) => emit!(RecoveryProposed { loan: loan.key(), new_key, from }),
        Recovery::Completed => emit!(BorrowerRecovered {
            loan: loan.key(),
            before,
            after: new_key,
            restricted_until: loan.recovered_until,
        }),
    }
    Ok(())
}

/// The borrower refuses a proposed key.
#[derive(Accounts)]
pub struct RefuseRecovery<'info> {
    pub borrower: Signer<'info>,
    #[account(mut, dup, has_one = borrower @ LatchkeyError::NotBorrower)]
    pub loan: Box<Account<'info, Loan>>,
}

/// Ends the proposal, and bars new ones for 90 days.
pub fn refuse_recovery(ctx: Context<RefuseRecovery>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let loan = &mut ctx.accounts.loan;
    let refused = loan.recovery_key;
    recovery::refuse(loan, now)?;
    emit!(RecoveryRefused { loan: loan.key(), refused, barred_until: loan.recovery_barred_until });
    Ok(())
}
