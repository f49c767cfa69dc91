use anchor_lang::prelude::*;

/// Keepers an allow-list can name.
pub const MAX_KEEPERS: usize = 8;

/// A lender: who may sign for it, what it lends, and the floors its loans must respect.
///
/// Seeds: `lender`, the first authority.
#[account]
#[derive(InitSpace)]
pub struct Lender {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// The authority that created the lender; a permanent part of the address.
    pub first_authority: Pubkey,
    /// The key that owns the lender now. May be a multisig's vault: it signs, it never pays.
    pub authority: Pubkey,
    /// Nominated to become the authority; takes over by accepting.
    pub pending_authority: Option<Pubkey>,
    /// Hot key for daily work: loans, notices, holds, vehicles.
    pub servicer: Pubkey,
    /// The mint that loans are paid in.
    pub mint: Pubkey,
    /// Token account that funds loans and receives what borrowers pay.
    pub treasury: Pubkey,
    /// Floors every new loan's terms must meet.
    pub floors: PolicyFloors,
    /// Keepers that may claim work; empty means anyone.
    #[max_len(MAX_KEEPERS)]
    pub keepers: Vec<Pubkey>,
    /// No lock or warning can be requested before this time. Unlocks never wait for it.
    pub paused_until: i64,
    /// Vehicles registered.
    pub vehicles: u64,
    /// Loans originated.
    pub loans_opened: u64,
    /// Loans closed.
    pub loans_closed: u64,
    /// Kept for later fields.
    pub reserved: [u8; 64],
}

impl Lender {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"lender";

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

/// What a jurisdiction demands of every loan written under it. Checked at origination, never after.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyFloors {
    /// Least time between the oldest unpaid due date and default, seconds.
    pub min_grace_secs: u32,
    /// Least time between a served notice and a lock, seconds.
    pub min_notice_secs: u32,
    /// Highest rate a year, basis points.
    pub max_apr_bps: u16,
    /// Highest late fee for one instalment, base units.
    pub max_late_fee: u64,
    /// Earliest a late fee may fall after a due date, seconds.
    pub min_late_after_secs: u32,
    /// Shortest emergency start, seconds.
    pub min_emergency_secs: u32,
    /// Fewest emergency starts a loan grants.
    pub min_emergency_max: u8,
    /// Longest a lock may stand without renewal, seconds; 0 lets a lock stand until unlocked.
    pub max_lock_ttl_secs: u32,
}

impl PolicyFloors {
    /// Longest a lock may stand without renewal, seconds, if the policy bounds it.
    pub fn max_lock_ttl_secs(&self) -> Option<u32> {
        Some(self.max_lock_ttl_secs).filter(|secs| *secs > 0)
    }
}
