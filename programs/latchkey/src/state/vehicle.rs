use anchor_lang::prelude::*;

use super::Action;

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
    /// The device key it was registered with; part of the address for good.
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
    /// Whether the car may be locked at `now`: proven, or asked for and neither undone nor run out.
    pub fn may_be_locked_at(&self, now: i64) -> bool {
        self.lock_asked.is_some_and(|asked| asked.until == 0 || now < asked.until)
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

/// The newest request of a vehicle, as long as it is neither settled nor expired.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInvocation {
    /// What it asks.
    pub action: Action,
    /// Nobody may claim it from this time on.
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
            Self::Locked { until, .. } => until == 0 || now < until,
        }
    }

    /// Whether a standing lock is in the last third of its lease, when it may be renewed.
    pub const fn is_renewable_at(self, now: i64) -> bool {
        match self {
            Self::Unlocked | Self::Locked { until: 0, .. } => false,
            Self::Locked { since, until } => now >= until - (until - since) / 3,
        }
    }
}
