use anchor_lang::prelude::*;
use latchkey_layout::{Fixed, Record};

use super::{Version, set_key};

/// Keepers an allow-list can name.
pub const MAX_KEEPERS: usize = 8;

/// A lender: who may sign for it, what it lends, and the floors its loans must respect.
///
/// Seeds: `lender`, the first authority.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Lender {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// The authority that created the lender; a permanent part of the address.
    pub first_authority: Pubkey,
    /// The key that owns the lender now. May be a multisig's vault: it signs, it never pays.
    pub authority: Pubkey,
    /// Nominated to become the authority; takes over by accepting. Zero if there is none.
    pub pending_authority: Pubkey,
    /// Hot key for daily work: loans, notices, holds, vehicles.
    pub servicer: Pubkey,
    /// The mint that loans are paid in.
    pub mint: Pubkey,
    /// The authority's associated token account of the mint, which funds loans and receives what borrowers pay. Anyone
    /// can create it again if it was closed.
    pub treasury: Pubkey,
    /// Floors every new loan's terms must meet.
    pub floors: PolicyFloors,
    /// No lock or warning can be requested before this time. Unlocks never wait for it.
    pub paused_until: i64,
    /// Vehicles registered.
    pub vehicles: u64,
    /// Loans originated or bought.
    pub loans_opened: u64,
    /// Loans closed or sold.
    pub loans_closed: u64,
    /// Keepers that may claim work; empty means anyone.
    #[max_len(MAX_KEEPERS)]
    #[tail]
    pub keepers: Vec<Pubkey>,
}

impl Lender {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"lender";

    /// Who may take over by accepting, if anyone.
    pub fn nominee(&self) -> Option<Pubkey> {
        set_key(self.pending_authority)
    }

    /// Whether `key` may do the lender's daily work.
    pub fn is_servicing(&self, key: &Pubkey) -> bool {
        *key == self.authority || *key == self.servicer
    }

    /// Whether `key` may claim work: on the allow-list, or the list is empty.
    pub fn allows_keeper(&self, key: &Pubkey) -> bool {
        self.keepers.is_empty() || self.keepers.contains(key)
    }

    /// Whether locks and warnings are paused at `now`.
    pub fn is_paused(&self, now: i64) -> bool {
        now < self.paused_until
    }
}

/// What a jurisdiction demands of every loan written under it. Checked when terms are signed, never after.
///
/// A `weekly` value holds for loans whose periods are a week or less, the other one for all others.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyFloors {
    /// Least time between the oldest unpaid due date and default, seconds.
    pub min_grace_secs: u32,
    /// The same for loans paid weekly or more often.
    pub min_grace_weekly_secs: u32,
    /// Least time between a complete notice and a lock, seconds.
    pub min_notice_secs: u32,
    /// The same for loans paid weekly or more often.
    pub min_notice_weekly_secs: u32,
    /// Fewest channels by which a notice is served.
    pub min_channels: u8,
    /// Whether a notice counts only if it was served after default.
    pub notice_after_default: bool,
    /// Least time between a final notice and a lock, seconds.
    pub min_final_notice_secs: u32,
    /// Highest rate a year, parts per million.
    pub max_apr_ppm: u32,
    /// Highest late fee for one instalment, base units.
    pub max_late_fee: u64,
    /// Earliest a late fee may fall after a due date, seconds.
    pub min_late_after_secs: u32,
    /// Earliest a warning may be requested after a due date, seconds.
    pub min_warn_after_secs: u32,
    /// Shortest emergency start, seconds.
    pub min_emergency_secs: u32,
    /// Fewest emergency starts a loan grants.
    pub min_emergency_max: u8,
    /// Longest a lock may stand without renewal, seconds; 0 if the contract's own 45 days are the only limit.
    pub max_lock_ttl_secs: u32,
    /// Whether the unlock function must have a public https address.
    pub public_unlock: bool,
}
