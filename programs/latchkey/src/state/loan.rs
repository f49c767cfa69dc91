use anchor_lang::prelude::*;
use latchkey_layout::{Fixed, Record};

use super::{Function, MAX_COMMAND_KEYS, MAX_URI_LEN, Notices, Terms, Version, set_key};

/// Unlock keys a loan can pin: those of its lender, and of one that bought it.
pub const MAX_UNLOCK_KEYS: usize = 2 * MAX_COMMAND_KEYS;

/// A car loan.
///
/// Seeds: `loan`, vehicle, `index` as little-endian `u32`.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Loan {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// Who lends.
    pub lender: Pubkey,
    /// Who owes.
    pub borrower: Pubkey,
    /// The car that secures it.
    pub vehicle: Pubkey,
    /// The car's wallet: this account's associated token account for the lender's mint.
    pub wallet: Pubkey,
    /// Which loan on the vehicle, from 0.
    pub index: u32,
    /// Where it stands.
    pub status: LoanStatus,
    /// Counts changes of terms, parties, hold and stay, from 0. What both parties sign names it.
    pub revision: u32,
    /// What both parties signed.
    pub terms: Terms,
    /// The money.
    pub ledger: Ledger,
    /// What the borrower was told.
    pub notices: Notices,
    /// No lock or warning before this time: a promise to pay. 0 if there is none.
    pub hold_until: i64,
    /// From here on nothing is enforced: bankruptcy or deployment.
    pub stay_from: i64,
    /// Until here; 0 if there never was a stay.
    pub stay_until: i64,
    /// When the last emergency start begins to run at the latest; 0 if there never was one. It bars locks from its
    /// asking.
    pub emergency_from: i64,
    /// Emergency starts used.
    pub emergency_used: u8,
    /// Extensions granted.
    pub extensions_used: u8,
    /// Invocation accounts that exist for this loan.
    pub invocations_open: u16,
    /// When it was originated.
    pub opened_at: i64,
    /// When it was last declared in default, 0 if never.
    pub defaulted_at: i64,
    /// Who paid the rent of loan, escrow and wallet, and gets it back.
    pub rent_payer: Pubkey,
    /// Proposed to take the place of a lost borrower's key; zero if none is.
    pub recovery_key: Pubkey,
    /// From here on it may do so.
    pub recovery_from: i64,
    /// Before this time no key can be proposed: the borrower refused one.
    pub recovery_barred_until: i64,
    /// Before this time the borrower's key, which took the place of a lost one, may only pay, unlock and start in
    /// emergency.
    pub recovered_until: i64,
    /// Paid for a proven unlock, lamports. Pinned at origination, as all of the unlock.
    pub unlock_fee: u64,
    /// How long a requested unlock lives, seconds.
    pub unlock_ttl_secs: u32,
    /// The keys that sign unlocks. Zero keys stand last and are none.
    pub unlock_keys: [Pubkey; MAX_UNLOCK_KEYS],
    /// Where the unlock function runs; empty if it is embedded in the keeper.
    #[max_len(MAX_URI_LEN)]
    #[tail]
    pub unlock_uri: String,
}

/// Whose loan it is, and where its money is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoanParties {
    /// Who lends.
    pub lender: Pubkey,
    /// Who owes.
    pub borrower: Pubkey,
    /// The car that secures it.
    pub vehicle: Pubkey,
    /// The car's wallet.
    pub wallet: Pubkey,
    /// Who pays the rent, and gets it back.
    pub rent_payer: Pubkey,
}

/// The unlock as both parties sign it with the loan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinnedUnlock {
    /// Paid for a proven unlock, lamports.
    pub fee: u64,
    /// How long a requested unlock lives, seconds.
    pub ttl_secs: u32,
    /// The keys that sign it. Zero keys stand last and are none.
    pub keys: [Pubkey; MAX_COMMAND_KEYS],
    /// Where the function runs; empty if it is embedded in the keeper.
    pub uri: String,
}

impl From<&Function> for PinnedUnlock {
    fn from(unlock: &Function) -> Self {
        let Function { fee, ttl_secs, command_keys, uri, .. } = unlock;
        Self { fee: *fee, ttl_secs: *ttl_secs, keys: *command_keys, uri: uri.clone() }
    }
}

impl Loan {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"loan";

    /// The loan number `index` on its vehicle, lent at `now`.
    pub fn new(
        bump: u8,
        parties: LoanParties,
        index: u32,
        terms: Terms,
        unlock: PinnedUnlock,
        now: i64,
    ) -> Self {
        let LoanParties { lender, borrower, vehicle, wallet, rent_payer } = parties;
        let mut unlock_keys = [Pubkey::default(); MAX_UNLOCK_KEYS];
        unlock_keys[..MAX_COMMAND_KEYS].copy_from_slice(&unlock.keys);
        Self {
            version: Version::CURRENT,
            bump,
            lender,
            borrower,
            vehicle,
            wallet,
            index,
            status: LoanStatus::Active,
            revision: 0,
            terms,
            ledger: Ledger { principal: terms.principal, as_of: now, ..Ledger::default() },
            notices: Notices::default(),
            hold_until: 0,
            stay_from: 0,
            stay_until: 0,
            emergency_from: 0,
            emergency_used: 0,
            extensions_used: 0,
            invocations_open: 0,
            opened_at: now,
            defaulted_at: 0,
            rent_payer,
            recovery_key: Pubkey::default(),
            recovery_from: 0,
            recovery_barred_until: 0,
            recovered_until: 0,
            unlock_fee: unlock.fee,
            unlock_ttl_secs: unlock.ttl_secs,
            unlock_keys,
            unlock_uri: unlock.uri,
        }
    }

    /// What the program signs with for the car wallet.
    pub fn signer_seeds(&self) -> LoanSignerSeeds {
        LoanSignerSeeds::new(self.vehicle, self.index, self.bump)
    }

    /// The keys that sign unlocks.
    pub fn unlock_keys(&self) -> impl Iterator<Item = Pubkey> {
        self.unlock_keys.into_iter().filter_map(set_key)
    }

    /// The key proposed to take the place of a lost one, if any.
    pub fn recovery_key(&self) -> Option<Pubkey> {
        set_key(self.recovery_key)
    }

    /// Whether a promise to pay keeps warnings and locks away at `now`.
    pub const fn is_on_hold(&self, now: i64) -> bool {
        now < self.hold_until
    }

    /// Whether a stay keeps everything away at `now`.
    pub const fn is_stayed(&self, now: i64) -> bool {
        self.stay_from <= now && now < self.stay_until
    }

    /// When the last emergency start ends; 0 if there never was one.
    pub fn emergency_until(&self) -> i64 {
        match self.emergency_from {
            0 => 0,
            from => from.saturating_add(i64::from(self.terms.emergency_secs)),
        }
    }

    /// Whether an emergency start keeps locks and warnings away at `now`.
    pub fn is_in_emergency_start(&self, now: i64) -> bool {
        now < self.emergency_until()
    }

    /// Whether the borrower's key took the place of a lost one so lately that it may only pay, unlock and start in
    /// emergency.
    pub const fn is_newly_recovered(&self, now: i64) -> bool {
        now < self.recovered_until
    }
}

/// The seeds of a loan's address, its bump last.
#[derive(Clone, Copy, Debug)]
pub struct LoanSignerSeeds {
    vehicle: Pubkey,
    index: [u8; 4],
    bump: [u8; 1],
}

impl LoanSignerSeeds {
    /// The seeds of the loan number `index` on `vehicle`.
    pub const fn new(vehicle: Pubkey, index: u32, bump: u8) -> Self {
        Self { vehicle, index: index.to_le_bytes(), bump: [bump] }
    }

    /// As a cross-program call wants them.
    pub fn as_slices(&self) -> [&[u8]; 4] {
        [Loan::SEED, self.vehicle.as_ref(), &self.index, &self.bump]
    }
}

/// Where a loan stands.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoanStatus {
    /// Running; may be past due within its grace.
    Active,
    /// Declared in default: a lock can be asked for while it is still past due beyond its grace.
    Defaulted,
    /// Nothing is owed: all was paid.
    PaidOff,
    /// Given up by the lender: no more late fees, no more locks. The debt stands.
    ChargedOff,
    /// Ended by the lender for less than was owed: nothing is owed.
    Settled,
}

impl LoanStatus {
    /// Whether money is still owed.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::PaidOff | Self::Settled)
    }

    /// Whether what is past due can still lead to a lock.
    pub const fn is_enforced(self) -> bool {
        matches!(self, Self::Active | Self::Defaulted)
    }
}

/// The money of a loan, base units.
#[derive(
    Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct Ledger {
    /// Principal owed. Rises only at origination.
    pub principal: u64,
    /// Interest accrued and unpaid.
    pub interest: u64,
    /// The fraction of a base unit accrued beyond `interest`, in 1/31,536,000,000,000.
    pub interest_remainder: u64,
    /// The last look at the wallet: interest is accrued to here, and what was due by then was taken.
    pub as_of: i64,
    /// Late fees owed.
    pub fees: u64,
    /// Paid toward the schedule so far.
    pub paid_scheduled: u64,
    /// Taken and still in the wallet: the lender's, until `collect` sends it.
    pub unsent: u64,
    /// Instalments whose late fee is decided, from the first.
    pub late_decided: u16,
    /// Principal paid so far.
    pub principal_paid: u64,
    /// Interest paid so far.
    pub interest_paid: u64,
    /// Fees paid so far.
    pub fees_paid: u64,
    /// Returned to the borrower from the wallet so far.
    pub withdrawn: u64,
}
