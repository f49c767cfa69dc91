use anchor_lang::prelude::*;
use anchor_spl::token_interface::Mint;

use super::checks::{check_keepers, check_treasury};
use crate::events::LenderInitialised;
use crate::records;
use crate::state::{Lender, PolicyFloors, Version};
use crate::tokens::check_mint;

/// What a lender starts with.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitLenderArgs {
    /// Hot key for daily work.
    pub servicer: Pubkey,
    /// Floors for every loan.
    pub floors: PolicyFloors,
    /// Keepers to admit; empty for all.
    pub keepers: Vec<Pubkey>,
}

/// Creates a lender. The authority signs; somebody else may pay.
#[derive(Accounts)]
pub struct InitLender<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// Will own the lender.
    pub authority: Signer<'info>,
    /// The lender to create.
    /// CHECK: the handler creates it at its address.
    #[cfg_attr(feature = "idl-build", account(mut, seeds = [Lender::SEED, authority.key().as_ref()], bump))]
    #[cfg_attr(not(feature = "idl-build"), account(mut))]
    pub lender: UncheckedAccount<'info>,
    /// What it lends.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// CHECK: the authority's associated token account of the mint, which funds loans and receives payments; by address.
    pub treasury: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

/// Checks the mint, the treasury and the allow-list, and creates the lender.
pub fn init_lender(ctx: Context<InitLender>, args: InitLenderArgs) -> Result<()> {
    let InitLenderArgs { servicer, floors, keepers } = args;
    let authority = ctx.accounts.authority.key();
    check_mint(&ctx.accounts.mint)?;
    let mint = ctx.accounts.mint.to_account_info();
    check_treasury(&ctx.accounts.treasury.key(), &authority, mint.key, mint.owner)?;
    check_keepers(&keepers)?;

    let (payer, account) = (&ctx.accounts.payer, &ctx.accounts.lender);
    let bump = records::create(payer, account, Lender::SPACE, &[Lender::SEED, authority.as_ref()])?;
    let lender = Lender {
        version: Version::CURRENT,
        bump,
        first_authority: authority,
        authority,
        pending_authority: Pubkey::default(),
        servicer,
        mint: ctx.accounts.mint.key(),
        treasury: ctx.accounts.treasury.key(),
        floors,
        keepers: keepers.clone(),
        paused_until: 0,
        vehicles: 0,
        loans_opened: 0,
        loans_closed: 0,
    };
    records::write(&lender, account)?;
    emit!(LenderInitialised {
        lender: ctx.accounts.lender.key(),
        authority,
        servicer,
        mint: ctx.accounts.mint.key(),
        treasury: ctx.accounts.treasury.key(),
        floors,
        keepers,
    });
    Ok(())
}
