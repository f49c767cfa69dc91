use anchor_lang::prelude::*;
use latchkey_layout::Record;

use super::Version;

/// Lamports set aside for a loan's function calls. What lies above the rent deposit is available.
///
/// Seeds: `escrow`, loan.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Escrow {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// The loan it serves.
    pub loan: Pubkey,
    /// The rent deposit as it was paid, lamports: it goes back to who paid it, whatever rent costs by then.
    pub rent: u64,
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
}

impl Escrow {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"escrow";

    /// An empty escrow of `loan` that was created with a rent deposit of `rent` lamports.
    pub fn new(bump: u8, loan: Pubkey, rent: u64) -> Self {
        Self {
            version: Version::CURRENT,
            bump,
            loan,
            rent,
            deposited: 0,
            committed: 0,
            paid: 0,
            refunded: 0,
            forfeited: 0,
            withdrawn: 0,
        }
    }
}
