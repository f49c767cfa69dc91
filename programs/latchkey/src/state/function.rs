use anchor_lang::prelude::*;
use latchkey_protocol::Action;

/// Longest function address in bytes.
pub const MAX_URI_LEN: usize = 128;

/// A car function a lender offers keepers: what it pays, how long it may take, whose key signs its commands.
///
/// Seeds: `function`, lender, the [`Action`]'s byte.
#[account]
#[derive(InitSpace)]
pub struct Function {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// The lender that offers it.
    pub lender: Pubkey,
    /// What it does to the car.
    pub action: Action,
    /// Paid to the keeper for one proven call, lamports.
    pub fee: u64,
    /// Put up by the keeper while it holds the lease, lamports.
    pub bond: u64,
    /// How long one keeper may hold an invocation, seconds.
    pub lease_secs: u32,
    /// How long an invocation may be claimed, seconds.
    pub ttl_secs: u32,
    /// The ed25519 key that signs commands to cars.
    pub command_key: Pubkey,
    /// Where the function runs, or empty for functions embedded in the keeper.
    #[max_len(MAX_URI_LEN)]
    pub uri: String,
    /// SHA-256 of the function's code, for auditors.
    pub code_hash: [u8; 32],
    /// Counts changes, from 1.
    pub revision: u32,
    /// Kept for later fields.
    pub reserved: [u8; 64],
}

impl Function {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"function";
}
