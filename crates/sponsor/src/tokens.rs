//! The one token instruction that a borrower needs, as it is read and written. Both token programs have the same.

use anchor_spl::{associated_token, token, token_2022};
use latchkey_client::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;

pub const ASSOCIATED: Pubkey = associated_token::ID;

/// The number of `TransferChecked`.
const TRANSFER_CHECKED: u8 = 12;
/// The number of the associated token program's `CreateIdempotent`.
pub const CREATE_IDEMPOTENT: [u8; 1] = [1];
/// Source, mint, destination, owner.
const ACCOUNTS: usize = 4;
/// The most reference keys behind them.
const MOST_REFERENCES: usize = 4;
/// Where a mint keeps its decimals.
const DECIMALS_AT: usize = 44;

/// A transfer into a token account.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    pub from: Pubkey,
    pub mint: Pubkey,
    pub to: Pubkey,
    pub owner: Pubkey,
    pub amount: u64,
    pub decimals: u8,
}

pub fn is_token_program(program: &Pubkey) -> bool {
    *program == token::ID || *program == token_2022::ID
}

/// The decimals of a mint.
pub fn decimals(mint: &[u8]) -> Option<u8> {
    mint.get(DECIMALS_AT).copied()
}

/// Whether these accounts and data are a transfer with a checked mint; the rest are reference keys. Returns where it goes.
pub fn destination(accounts: &[Pubkey], data: &[u8]) -> Option<Pubkey> {
    let is_transfer = data.len() == 10 && data[0] == TRANSFER_CHECKED;
    let is_known = accounts.len() >= ACCOUNTS && accounts.len() <= ACCOUNTS + MOST_REFERENCES;
    (is_transfer && is_known).then(|| accounts[2])
}

/// The instruction, with a key by which the payment is found.
pub fn transfer(program: Pubkey, transfer: &Transfer, reference: Pubkey) -> Instruction {
    let Transfer { from, mint, to, owner, amount, decimals } = *transfer;
    let mut data = vec![TRANSFER_CHECKED];
    data.extend(amount.to_le_bytes());
    data.push(decimals);
    let accounts = vec![
        AccountMeta::new(from, false),
        AccountMeta::new_readonly(mint, false),
        AccountMeta::new(to, false),
        AccountMeta::new_readonly(owner, true),
        AccountMeta::new_readonly(reference, false),
    ];
    Instruction { program_id: program, accounts, data }
}
