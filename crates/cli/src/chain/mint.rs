use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::account::Account;

use super::ChainError;

/// Offset of the decimals in a mint account, the same in SPL Token and Token-2022.
const DECIMALS_AT: usize = 44;

/// A mint of either token program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    pub address: Pubkey,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// The token program that owns the mint.
    pub token_program: Pubkey,
}

impl Mint {
    pub(super) fn decode(address: Pubkey, account: &Account) -> Result<Self, ChainError> {
        let token_programs = [anchor_spl::token::ID, anchor_spl::token_2022::ID];
        match account.data.get(DECIMALS_AT) {
            Some(decimals) if token_programs.contains(&account.owner) => {
                Ok(Self { address, decimals: *decimals, token_program: account.owner })
            }
            _ => Err(ChainError::Foreign { what: "mint", address, owner: account.owner }),
        }
    }

    /// The address of an owner's associated token account.
    pub fn account_of(&self, owner: &Pubkey) -> Pubkey {
        get_associated_token_address_with_program_id(owner, &self.address, &self.token_program)
    }

    /// Creates an owner's associated token account if it does not exist.
    pub fn create_account_of(&self, owner: &Pubkey, payer: &Pubkey) -> Instruction {
        create_associated_token_account_idempotent(payer, owner, &self.address, &self.token_program)
    }
}
