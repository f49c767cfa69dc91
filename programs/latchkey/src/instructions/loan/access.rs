//! Who signs for what in a loan: the account lists that more than one instruction shares.

use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::state::{Lender, Loan};

/// What the lender's daily work does: a notice, a hold, a waiver.
#[derive(Accounts)]
pub struct ByServicer<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}

/// What only the lender's authority does: a stay, a charge-off, a settlement.
#[derive(Accounts)]
pub struct ByLoanAuthority<'info> {
    pub authority: Signer<'info>,
    #[account(has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}

/// What both parties of the loan sign: an extension, or the early end of a hold.
#[derive(Accounts)]
pub struct ByBothParties<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    pub borrower: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    #[account(
        mut,
        dup,
        has_one = lender @ LatchkeyError::WrongLender,
        has_one = borrower @ LatchkeyError::NotBorrower,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}

/// What the borrower does with the wallet.
#[derive(Accounts)]
pub struct ByBorrower<'info> {
    pub borrower: Signer<'info>,
    #[account(
        mut,
        dup,
        has_one = borrower @ LatchkeyError::NotBorrower,
        has_one = wallet @ LatchkeyError::WrongLoan
    )]
    pub loan: Box<Account<'info, Loan>>,
    /// CHECK: the car wallet, by the loan's record.
    pub wallet: UncheckedAccount<'info>,
}
