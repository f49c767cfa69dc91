use anchor_lang::prelude::*;
use latchkey_layout::Record;
use latchkey_protocol::Action;

use super::{Version, set_key};

/// Longest function address in bytes.
pub const MAX_URI_LEN: usize = 128;

/// Command keys a function can hold.
pub const MAX_COMMAND_KEYS: usize = 3;

/// A car function a lender offers keepers: what it pays, how long it may take, whose keys sign its commands. Unlocks
/// read it once, when a loan is signed: the loan keeps its own copy.
///
/// Seeds: `function`, lender, the [`Action`]'s byte.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Function {
    /// Layout version.
    pub version: Version,
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
    /// How long an invocation may be claimed, seconds; an unlock: done.
    pub ttl_secs: u32,
    /// How many of the command keys must sign a command.
    pub required: u8,
    /// The ed25519 keys that sign commands to cars. Zero keys stand last and are none.
    pub command_keys: [Pubkey; MAX_COMMAND_KEYS],
    /// SHA-256 of the function's code, for auditors.
    pub code_hash: [u8; 32],
    /// Counts changes, from 1.
    pub revision: u32,
    /// Where the function with the first command key runs; empty if it is embedded in the keeper.
    #[max_len(MAX_URI_LEN)]
    #[tail]
    pub uri: String,
    /// Where the one with the second key runs.
    #[max_len(MAX_URI_LEN)]
    #[tail]
    pub uri_2: String,
    /// Where the one with the third key runs.
    #[max_len(MAX_URI_LEN)]
    #[tail]
    pub uri_3: String,
}

impl Function {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"function";

    /// Whether it is what `lender` offers for `action`. There is one address for that, so there is one such account.
    pub fn is_of(&self, lender: &Pubkey, action: Action) -> bool {
        self.lender == *lender && self.action == action
    }

    /// The command keys that are set, each with the address where its function runs.
    pub fn command_keys(&self) -> impl Iterator<Item = (Pubkey, &str)> {
        let uris = [self.uri.as_str(), self.uri_2.as_str(), self.uri_3.as_str()];
        self.command_keys.into_iter().zip(uris).filter(|(key, _)| set_key(*key).is_some())
    }
}
