use anchor_lang::prelude::*;

use crate::errors::LatchkeyError;
use crate::state::Lender;

/// What only the lender's authority changes. It signs and pays nothing.
#[derive(Accounts)]
pub struct ByAuthority<'info> {
    /// The lender's authority.
    pub authority: Signer<'info>,
    #[account(mut, dup, has_one = authority @ LatchkeyError::NotAuthority)]
    pub lender: Account<'info, Lender>,
}
