//! Moving loan money, and the mints that can be trusted with it.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::state::Mint as MintState;
use anchor_spl::token_interface::{Mint, TokenInterface, TransferChecked, transfer_checked};

use crate::errors::LatchkeyError;
use crate::rules::check;
use crate::rules::ledger::Wallet;

/// Accepts SPL Token mints, and Token-2022 mints with metadata extensions only. Any other extension can take fees,
/// freeze, hide or move money without the contract's consent.
pub fn check_mint(mint: &InterfaceAccount<Mint>) -> Result<()> {
    let info = mint.to_account_info();
    let data = info.try_borrow_data()?;
    let mint = StateWithExtensions::<MintState>::unpack(&data)?;
    let is_metadata = |extension: &ExtensionType| {
        matches!(extension, ExtensionType::MetadataPointer | ExtensionType::TokenMetadata)
    };
    check(mint.get_extension_types()?.iter().all(is_metadata), LatchkeyError::UnsupportedMint)?;
    Ok(())
}

/// One transfer of loan money.
pub struct Transfer<'a, 'info> {
    /// From this token account.
    pub from: AccountInfo<'info>,
    /// To this one.
    pub to: AccountInfo<'info>,
    /// Who may move it.
    pub authority: AccountInfo<'info>,
    /// What is moved.
    pub mint: &'a InterfaceAccount<'info, Mint>,
    /// The token program that owns the mint.
    pub program: &'a Interface<'info, TokenInterface>,
}

impl Transfer<'_, '_> {
    /// Moves `amount`, nothing if it is 0, and checks that both balances changed by just that. Refuses another token
    /// program than the one that owns the money, even if nothing is to be moved. `seeds` sign for a program-derived
    /// authority, or are empty for one that signed the transaction.
    pub fn send(&self, amount: u64, seeds: &[&[u8]]) -> Result<()> {
        let before = balance(&self.to)?;
        self.part_with(amount, seeds)?;
        check(before.checked_add(amount) == Some(balance(&self.to)?), LatchkeyError::TransferMismatch)?;
        Ok(())
    }

    /// The same for tokens that are no money of the loan: their mint may keep a part, and less arrives.
    pub fn part_with(&self, amount: u64, seeds: &[&[u8]]) -> Result<()> {
        let (from, to) = (&self.from, &self.to);
        require_keys_eq!(*from.owner, self.program.key(), ErrorCode::ConstraintAssociatedTokenTokenProgram);
        if amount == 0 {
            return Ok(());
        }
        let before = balance(from)?;
        let accounts = TransferChecked {
            from: from.clone(),
            mint: self.mint.to_account_info(),
            to: to.clone(),
            authority: self.authority.clone(),
        };
        let signers = [seeds];
        let signers: &[&[&[u8]]] = if seeds.is_empty() { &[] } else { &signers };
        let context = CpiContext::new_with_signer(self.program.key(), accounts, signers);
        transfer_checked(context, amount, self.mint.decimals)?;
        check(before.checked_sub(amount) == Some(balance(from)?), LatchkeyError::TransferMismatch)?;
        Ok(())
    }
}

/// Where a token account holds its amount: after mint and owner, in both token programs.
const AMOUNT: core::ops::Range<usize> = 64..72;

/// What a token account holds now, base units.
pub fn balance(account: &AccountInfo) -> Result<u64> {
    let data = account.try_borrow_data()?;
    let amount = data.get(AMOUNT).and_then(|bytes| bytes.try_into().ok());
    amount.map(u64::from_le_bytes).ok_or_else(|| Error::from(LatchkeyError::TransferMismatch))
}

/// What a car wallet holds. The caller has compared its address with the loan's record: it is the loan's associated token
/// account, which only the token program owns and only the loan closes.
pub fn wallet(account: &AccountInfo) -> Result<Wallet> {
    balance(account).map(Wallet)
}
