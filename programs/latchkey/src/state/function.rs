use anchor_lang::prelude::*;

/// Longest function address in bytes.
pub const MAX_URI_LEN: usize = 128;

/// What a function call does to the car. The byte values are those of the wire protocol.
#[derive(
    AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
)]
#[repr(u8)]
pub enum Action {
    /// Tell the driver that a payment is past due.
    Warn,
    /// Inhibit the next start.
    Lock,
    /// Let the car start again.
    Unlock,
}

impl Action {
    /// Every action, in the order of the protocol.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Lock, Self::Unlock];

    /// The byte in PDA seeds and in commands and receipts.
    pub const fn code(self) -> u8 {
        self.wire() as u8
    }

    /// The same action in the wire protocol.
    pub const fn wire(self) -> latchkey_protocol::Action {
        match self {
            Self::Warn => latchkey_protocol::Action::Warn,
            Self::Lock => latchkey_protocol::Action::Lock,
            Self::Unlock => latchkey_protocol::Action::Unlock,
        }
    }
}

/// A car function a lender offers keepers: what it pays, how long it may take, whose key signs its commands.
///
/// Seeds: `function`, lender, [`Action::code`].
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
