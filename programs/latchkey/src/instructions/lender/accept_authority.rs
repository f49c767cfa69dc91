use anchor_lang::prelude::*;
use anchor_spl::token_interface::Mint;

use super::checks::check_treasury;
use crate::errors::LatchkeyError;
use crate::events::{AuthorityAccepted, ServicerSet};
use crate::state::Lender;

/// The nominee takes over, with a treasury of its own: loans are paid to the authority's account, never to another's.
#[derive(Accounts)]
pub struct AcceptAuthority<'info> {
    pub nominee: Signer<'info>,
    #[account(mut, dup, has_one = mint, constraint = lender.pending_authority == nominee.key() @ LatchkeyError::NotNominee)]
    pub lender: Account<'info, Lender>,
    /// CHECK: the nominee's associated token account of the mint; by address.
    pub treasury: UncheckedAccount<'info>,
    /// What the lender lends.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
}

/// Checks the treasury and hands the lender over.
pub fn accept_authority(ctx: Context<AcceptAuthority>) -> Result<()> {
    let lender = &mut ctx.accounts.lender;
    let nominee = ctx.accounts.nominee.key();
    let mint = ctx.accounts.mint.to_account_info();
    check_treasury(&ctx.accounts.treasury.key(), &nominee, mint.key, mint.owner)?;
    let treasury = ctx.accounts.treasury.key();
    emit!(AuthorityAccepted {
        lender: lender.key(),
        before: lender.authority,
        after: nominee,
        treasury_before: lender.treasury,
        treasury_after: treasury,
    });
    // Who did its own daily work hands that over too, and keeps no key to the lender.
    if lender.servicer == lender.authority {
        emit!(ServicerSet { lender: lender.key(), before: lender.servicer, after: nominee });
        lender.servicer = nominee;
    }
    lender.authority = nominee;
    lender.pending_authority = Pubkey::default();
    lender.treasury = treasury;
    Ok(())
}
