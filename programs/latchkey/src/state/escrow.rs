use anchor_lang::prelude::*;

use super::ACCOUNT_VERSION;

/// Lamports set aside for a loan's function calls. What lies above the account's rent is available.
///
/// Seeds: `escrow`, loan.
#[account]
#[derive(InitSpace)]
pub struct Escrow {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// The loan it serves.
    pub loan: Pubkey,
    /// Kept back from warnings and locks, so that the unlock that must follow can be paid, lamports.
    pub unlock_reserve: u64,
    /// Deposited so far through the program, lamports.
    pub deposited: u64,
    /// Moved into invocations so far, lamports.
    pub committed: u64,
    /// Paid to keepers so far, lamports.
    pub paid: u64,
    /// Fees returned by unfulfilled invocations, lamports.
    pub refunded: u64,
    /// Bonds forfeited by keepers that let a lease lapse, lamports.
    pub forfeited: u64,
    /// Withdrawn by the lender so far, lamports.
    pub withdrawn: u64,
    /// Kept for later fields.
    pub reserved: [u8; 64],
}

impl Escrow {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"escrow";

    /// An empty escrow of `loan` that keeps `unlock_reserve` lamports back for the unlock.
    pub fn new(bump: u8, loan: Pubkey, unlock_reserve: u64) -> Self {
        Self {
            version: ACCOUNT_VERSION,
            bump,
            loan,
            unlock_reserve,
            deposited: 0,
            committed: 0,
            paid: 0,
            refunded: 0,
            forfeited: 0,
            withdrawn: 0,
            reserved: [0; 64],
        }
    }
}
