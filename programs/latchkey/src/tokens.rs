//! Moving loan money, and the mints that can be trusted with it.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::solana_program::program::invoke_signed_unchecked;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::state::Mint as MintState;
use anchor_spl::token_interface::{Mint, TokenInterface};

use crate::errors::{LatchkeyError, of_anchor};
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
    pub mint: AccountInfo<'info>,
    /// The token program that owns the mint.
    pub program: &'a Interface<'info, TokenInterface>,
}

impl Transfer<'_, '_> {
    /// Moves `amount`, nothing if it is 0, and checks that both balances changed by just that. Refuses another token
    /// program than the one that owns the money, even if nothing is to be moved. `seeds` sign for a program-derived
    /// authority, or are empty for one that signed the transaction.
    pub fn send(&self, amount: u64, seeds: &[&[u8]]) -> Result<()> {
        if amount == 0 {
            // Nothing needs no account to arrive in.
            return self.part_with(amount, seeds);
        }
        let before = balance(&self.to)?;
        self.part_with(amount, seeds)?;
        check(before.checked_add(amount) == Some(balance(&self.to)?), LatchkeyError::TransferMismatch)?;
        Ok(())
    }

    /// The same for tokens that are no money of the loan: their mint may keep a part, and less arrives.
    pub fn part_with(&self, amount: u64, seeds: &[&[u8]]) -> Result<()> {
        let (from, to) = (&self.from, &self.to);
        if *from.owner != self.program.key() {
            return Err(of_anchor(ErrorCode::ConstraintAssociatedTokenTokenProgram));
        }
        if amount == 0 {
            return Ok(());
        }
        let before = balance(from)?;
        let data = [&[TRANSFER_CHECKED][..], &amount.to_le_bytes(), &[decimals(&self.mint)?]].concat();
        let accounts = vec![
            AccountMeta::new(*from.key, false),
            AccountMeta::new_readonly(*self.mint.key, false),
            AccountMeta::new(*to.key, false),
            AccountMeta::new_readonly(*self.authority.key, true),
        ];
        let infos = [from.clone(), self.mint.clone(), to.clone(), self.authority.clone()];
        invoke(self.program, data, accounts, &infos, seeds)?;
        check(before.checked_sub(amount) == Some(balance(from)?), LatchkeyError::TransferMismatch)?;
        Ok(())
    }
}

/// Closes the empty token account `account`, which `authority` owns, and gives its lamports to `destination`. `seeds` sign for
/// the authority.
pub fn close<'info>(
    program: &Interface<'info, TokenInterface>,
    account: AccountInfo<'info>,
    destination: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    seeds: &[&[u8]],
) -> Result<()> {
    let accounts = vec![
        AccountMeta::new(*account.key, false),
        AccountMeta::new(*destination.key, false),
        AccountMeta::new_readonly(*authority.key, true),
    ];
    invoke(program, vec![CLOSE_ACCOUNT], accounts, &[account, destination, authority], seeds)
}

/// The numbers of instructions, the same in both token programs.
const CLOSE_ACCOUNT: u8 = 9;
const TRANSFER_CHECKED: u8 = 12;

fn invoke(
    program: &Interface<TokenInterface>,
    data: Vec<u8>,
    accounts: Vec<AccountMeta>,
    infos: &[AccountInfo],
    seeds: &[&[u8]],
) -> Result<()> {
    // Unchecked: nothing is borrowed here, which is all that the check would find.
    let instruction = Instruction { program_id: program.key(), accounts, data };
    let signers = [seeds];
    let signers: &[&[&[u8]]] = if seeds.is_empty() { &[] } else { &signers };
    invoke_signed_unchecked(&instruction, infos, signers).map_err(Into::into)
}

/// Where a mint holds its decimals: after the authority that mints, and the supply, in both token programs.
const DECIMALS: usize = 44;

/// The decimals of a mint. An account that is none makes the token program refuse.
fn decimals(mint: &AccountInfo) -> Result<u8> {
    let data = mint.try_borrow_data()?;
    data.get(DECIMALS).copied().ok_or_else(|| Error::from(LatchkeyError::TransferMismatch))
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
