use anchor_lang::prelude::*;

use super::{ACCOUNT_VERSION, Action};

/// A car: the key of its device, what it last proved, and what is asked of it.
///
/// Seeds: `vehicle`, the device key it was registered with.
#[account]
#[derive(InitSpace)]
pub struct Vehicle {
    /// Layout version.
    pub version: u8,
    /// PDA bump.
    pub bump: u8,
    /// The lender that registered it.
    pub lender: Pubkey,
    /// The device key it was registered with; a permanent part of the address.
    pub first_device_key: Pubkey,
    /// The ed25519 key that signs its receipts.
    pub device_key: Pubkey,
    /// Salted SHA-256 of the vehicle identification number.
    pub vin_commitment: [u8; 32],
    /// The open loan it secures.
    pub active_loan: Option<Pubkey>,
    /// What the last settled receipt proved.
    pub lock: LockState,
    /// The newest lock asked for since the car last proved an unlock. It may have obeyed, whether or not its receipt
    /// ever arrived.
    pub lock_asked: Option<AskedLock>,
    /// Sequence number of the newest request, 0 before the first.
    pub last_seq_asked: u64,
    /// Sequence number of the newest settled receipt, 0 before the first.
    pub last_seq_proven: u64,
    /// Requests up to this sequence number are void: the device key has changed since.
    pub void_through: u64,
    /// The newest request, while it is open.
    pub open: Option<OpenInvocation>,
    /// Loans written on it; the next loan's index.
    pub loans: u32,
    /// Taken out of service: no loan can be written on it.
    pub retired: bool,
    /// Kept for later fields.
    pub reserved: [u8; 64],
}

impl Vehicle {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"vehicle";

    /// A car that has proven `device_key`: it starts, and nothing was ever requested of it.
    pub fn new(bump: u8, lender: Pubkey, device_key: Pubkey, vin_commitment: [u8; 32]) -> Self {
        Self {
            version: ACCOUNT_VERSION,
            bump,
            lender,
            first_device_key: device_key,
            device_key,
            vin_commitment,
            active_loan: None,
            lock: LockState::Unlocked,
            lock_asked: None,
            last_seq_asked: 0,
            last_seq_proven: 0,
            void_through: 0,
            open: None,
            loans: 0,
            retired: false,
            reserved: [0; 64],
        }
    }

    /// Whether the car may be locked at `now`: proven, or asked for and neither undone nor run out.
    pub fn may_be_locked_at(&self, now: i64) -> bool {
        self.lock_asked.is_some_and(|asked| asked.ends_at().is_none_or(|end| now < end))
    }
}

/// A lock that was asked for.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedLock {
    /// The request's sequence number.
    pub seq: u64,
    /// When the car unlocks itself; 0 if only an unlock ends the lock.
    pub until: i64,
}

impl AskedLock {
    /// When the lock ends by itself, if it does.
    pub const fn ends_at(self) -> Option<i64> {
        end(self.until)
    }
}

/// The newest request of a vehicle, as long as it is neither settled nor expired.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInvocation {
    /// What it asks.
    pub action: Action,
    /// It cannot be claimed from this time on.
    pub expires_at: i64,
}

/// What the car has proven about its immobiliser.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// It starts.
    Unlocked,
    /// It does not start before the lock's lease runs out.
    Locked {
        /// When the lock was asked for.
        since: i64,
        /// When the car unlocks itself; 0 if only an unlock ends it.
        until: i64,
    },
}

impl LockState {
    /// Whether a lock still stands at `now`.
    pub const fn holds_at(self, now: i64) -> bool {
        match self {
            Self::Unlocked => false,
            Self::Locked { until, .. } => match end(until) {
                None => true,
                Some(end) => now < end,
            },
        }
    }

    /// Whether a standing lock is in the last third of its lease, when it may be renewed.
    pub const fn is_renewable_at(self, now: i64) -> bool {
        match self.renewable_from() {
            None => false,
            Some(last_third) => now >= last_third,
        }
    }

    /// When the last third of a standing lock's lease begins, if the lock ends by itself.
    pub const fn renewable_from(self) -> Option<i64> {
        match (self, self.ends_at()) {
            (Self::Locked { since, .. }, Some(until)) => Some(until - (until - since) / 3),
            _ => None,
        }
    }

    /// When a standing lock ends by itself, if it does.
    pub const fn ends_at(self) -> Option<i64> {
        match self {
            Self::Unlocked => None,
            Self::Locked { until, .. } => end(until),
        }
    }
}

/// Accounts store 0 for a lock that only an unlock ends.
const fn end(until: i64) -> Option<i64> {
    match until {
        0 => None,
        until => Some(until),
    }
}
