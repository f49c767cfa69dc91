use anchor_lang::prelude::*;
use latchkey_layout::{Fixed, Record};

use super::{Action, Version, set_key};

/// A car: the key of its device, what it last proved, and what is asked of it.
///
/// Seeds: `vehicle`, the device key it was registered with.
#[derive(Record, AnchorSerialize, AnchorDeserialize, InitSpace, Clone)]
pub struct Vehicle {
    /// Layout version.
    pub version: Version,
    /// PDA bump.
    pub bump: u8,
    /// The lender it serves.
    pub lender: Pubkey,
    /// The device key it was registered with; a permanent part of the address.
    pub first_device_key: Pubkey,
    /// The ed25519 key that signs its receipts.
    pub device_key: Pubkey,
    /// Salted SHA-256 of the vehicle identification number.
    pub vin_commitment: [u8; 32],
    /// The open loan it secures; zero if there is none.
    pub active_loan: Pubkey,
    /// The lender no longer believes what the device key signs: no warnings and locks, until the key is rotated.
    pub distrusted: bool,
    /// Taken out of service: no loan can be written on it.
    pub retired: bool,
    /// Loans written on it; the next loan's index.
    pub loans: u32,
    /// Sequence number of the newest request, 0 before the first.
    pub last_seq_asked: u64,
    /// Sequence number of the newest settled receipt, 0 before the first.
    pub last_seq_proven: u64,
    /// Requests up to this sequence number are void: the device key has changed since.
    pub void_through: u64,
    /// Sequence number of the newest unlock asked for, 0 before the first.
    pub last_unlock_asked: u64,
    /// What the last settled receipt proved.
    pub lock: LockState,
    /// The newest lock asked for since the car last proved an unlock. It may have obeyed, whether or not its receipt
    /// ever arrived.
    pub asked: AskedLock,
    /// The newest request, while it is open.
    pub open: OpenInvocation,
}

impl Vehicle {
    /// The first seed of its address.
    pub const SEED: &'static [u8] = b"vehicle";

    /// A car that has proven `device_key`: it starts, and nothing was ever requested of it.
    pub fn new(bump: u8, lender: Pubkey, device_key: Pubkey, vin_commitment: [u8; 32]) -> Self {
        Self {
            version: Version::CURRENT,
            bump,
            lender,
            first_device_key: device_key,
            device_key,
            vin_commitment,
            active_loan: Pubkey::default(),
            distrusted: false,
            retired: false,
            loans: 0,
            last_seq_asked: 0,
            last_seq_proven: 0,
            void_through: 0,
            last_unlock_asked: 0,
            lock: LockState::UNLOCKED,
            asked: AskedLock::NONE,
            open: OpenInvocation::NONE,
        }
    }

    /// The open loan it secures, if any.
    pub fn active_loan(&self) -> Option<Pubkey> {
        set_key(self.active_loan)
    }

    /// The newest lock asked for that no unlock has undone, if any.
    pub fn lock_asked(&self) -> Option<AskedLock> {
        Some(self.asked).filter(|asked| asked.seq > 0)
    }

    /// The newest request, if it is open.
    pub fn open_request(&self) -> Option<OpenInvocation> {
        Some(self.open).filter(|open| open.is_open)
    }

    /// Whether the car may be locked at `now`: proven, or asked for and neither undone nor run out.
    pub fn may_be_locked_at(&self, now: i64) -> bool {
        self.lock_asked().is_some_and(|asked| now < asked.until)
    }

    /// When the last third of a standing lock begins, from which it can be renewed, or `None` if no lock keeps a new one
    /// away: none is proven, or an unlock was asked for since.
    pub fn renewable_from(&self) -> Option<i64> {
        Some(self.lock)
            .filter(|lock| lock.is_locked && self.last_unlock_asked < lock.seq)
            .map(LockState::last_third)
    }
}

/// Locks that were asked for.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedLock {
    /// The newest request's sequence number; 0 if no lock was asked for.
    pub seq: u64,
    /// When the car unlocks itself, whichever of them it obeyed.
    pub until: i64,
}

impl AskedLock {
    /// No lock was asked for.
    pub const NONE: Self = Self { seq: 0, until: 0 };
}

/// The newest request of a vehicle, as long as it is neither settled nor closed.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenInvocation {
    /// Whether there is one. The fields below mean nothing if not.
    pub is_open: bool,
    /// What it asks.
    pub action: Action,
    /// Its time is over then.
    pub expires_at: i64,
}

impl OpenInvocation {
    /// Nothing is open.
    pub const NONE: Self = Self { is_open: false, action: Action::Warn, expires_at: 0 };

    /// A request of `action` that lives until `expires_at`.
    pub const fn new(action: Action, expires_at: i64) -> Self {
        Self { is_open: true, action, expires_at }
    }

    /// Whether it asks for `action`, and its time is not over at `now`.
    pub fn is_live(self, action: Action, now: i64) -> bool {
        self.is_open && self.action == action && now < self.expires_at
    }
}

/// What the car has proven about its immobiliser.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockState {
    /// Whether it proved a lock, which holds until `until`. The fields below mean nothing if not.
    pub is_locked: bool,
    /// The lock's sequence number.
    pub seq: u64,
    /// When the lock was asked for.
    pub since: i64,
    /// When the car unlocks itself.
    pub until: i64,
}

impl LockState {
    /// The car starts.
    pub const UNLOCKED: Self = Self { is_locked: false, seq: 0, since: 0, until: 0 };

    /// A proven lock.
    pub const fn locked(seq: u64, since: i64, until: i64) -> Self {
        Self { is_locked: true, seq, since, until }
    }

    /// Whether a lock still stands at `now`.
    pub const fn holds_at(self, now: i64) -> bool {
        self.is_locked && now < self.until
    }

    /// When the last third of the lock begins.
    pub const fn last_third(self) -> i64 {
        self.until - (self.until - self.since) / 3
    }

    /// When a standing lock ends by itself.
    pub fn ends_at(self) -> Option<i64> {
        self.is_locked.then_some(self.until)
    }
}
