use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::state::{Lender, Loan};

/// What the lender grants by itself: a hold, a waiver.
#[derive(Accounts)]
pub struct ByServicer<'info> {
    /// The lender's authority or servicer.
    pub lender_signer: Signer<'info>,
    #[account(constraint = lender.is_servicing(lender_signer.key) @ LatchkeyError::NotServicing)]
    pub lender: Account<'info, Lender>,
    #[account(mut, dup, has_one = lender @ LatchkeyError::WrongLender)]
    pub loan: Box<Account<'info, Loan>>,
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
        has_one = borrower @ LatchkeyError::NotBorrower
    )]
    pub loan: Box<Account<'info, Loan>>,
}
