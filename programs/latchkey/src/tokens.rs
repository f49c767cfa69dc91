//! Moving loan money, and the mints that can be trusted with it.

use anchor_lang::prelude::*;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::state::Mint as MintState;
use anchor_spl::token_interface::{transfer_checked, Mint, TokenAccount, TokenInterface, TransferChecked};

use crate::errors::LatchkeyError;

/// Accepts SPL Token mints, and Token-2022 mints whose extensions only describe them. Every other extension can take
/// fees, freeze, hide or move money behind the contract's back.
pub fn check_mint(mint: &InterfaceAccount<Mint>) -> Result<()> {
    let info = mint.to_account_info();
    let data = info.try_borrow_data()?;
    let mint = StateWithExtensions::<MintState>::unpack(&data)?;
    let describes = |extension: &ExtensionType| {
        matches!(extension, ExtensionType::MetadataPointer | ExtensionType::TokenMetadata)
    };
    require!(mint.get_extension_types()?.iter().all(describes), LatchkeyError::UnsupportedMint);
    Ok(())
}

/// One transfer of loan money.
pub struct Transfer<'a, 'info> {
    /// From this token account.
    pub from: &'a InterfaceAccount<'info, TokenAccount>,
    /// To this one.
    pub to: &'a InterfaceAccount<'info, TokenAccount>,
    /// Who may move it.
    pub authority: AccountInfo<'info>,
    /// What is moved.
    pub mint: &'a InterfaceAccount<'info, Mint>,
    /// The token program that owns the mint.
    pub program: &'a Interface<'info, TokenInterface>,
}

impl Transfer<'_, '_> {
    /// Moves `amount`, nothing if it is 0. `seeds` sign for a program-derived authority, or are empty for one that
    /// signed the transaction.
    pub fn send(&self, amount: u64, seeds: &[&[u8]]) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        let accounts = TransferChecked {
            from: self.from.to_account_info(),
            mint: self.mint.to_account_info(),
            to: self.to.to_account_info(),
            authority: self.authority.clone(),
        };
        let signers = [seeds];
        let signers: &[&[&[u8]]] = if seeds.is_empty() { &[] } else { &signers };
        let context = CpiContext::new_with_signer(self.program.key(), accounts, signers);
        transfer_checked(context, amount, self.mint.decimals)
    }
}
