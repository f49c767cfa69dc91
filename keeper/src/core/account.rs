//! Accounts as they were read.

use anchor_lang::prelude::Pubkey;

/// An account of the program as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAccount {
    pub data: Vec<u8>,
    pub lamports: u64,
}

/// Everything the keeper needs, as of one slot.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub slot: u64,
    /// Every account of the program, by address.
    pub accounts: Vec<(Pubkey, RawAccount)>,
    /// Balances of the car wallets, base units, by the wallet's address.
    pub wallets: Vec<(Pubkey, u64)>,
    /// The token program of each lender's mint.
    pub token_programs: Vec<(Pubkey, Pubkey)>,
}

/// Some accounts, as of one slot.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub slot: u64,
    /// Accounts of the program, by address; `None` for one that does not exist.
    pub accounts: Vec<(Pubkey, Option<RawAccount>)>,
    /// Balances of car wallets, base units, by the wallet's address.
    pub wallets: Vec<(Pubkey, u64)>,
}
