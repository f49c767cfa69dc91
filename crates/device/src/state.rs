//! What the agent remembers across power cuts.

use latchkey_protocol::Key;
use serde::{Deserialize, Serialize};

/// Everything that must never be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The newest command obeyed, and its receipt.
    pub last: Option<Obeyed>,
    /// The immobiliser.
    pub lock: Lock,
    /// What was decided but perhaps not yet done. No receipt leaves the car before it is.
    pub pending: Pending,
    /// The latest time proven by a signed command: the clock is never behind it, Unix seconds.
    pub not_before: i64,
}

/// A command the car obeyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obeyed {
    /// Its sequence number.
    pub seq: u64,
    /// The invocation it served.
    pub invocation: Key,
    /// The signed receipt, as it travels.
    pub receipt: Vec<u8>,
    /// It was a lock that waited for the car to park until its time was over, so it has had no effect: its sequence
    /// number may come again in a command that still has time.
    pub lapsed: bool,
}

/// Deeds decided and perhaps not yet done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Set the immobiliser to what the lock says.
    pub immobilise: bool,
    /// Sound the warning and show this.
    pub warn: Option<String>,
}

impl Pending {
    /// Whether everything is done.
    pub const fn is_empty(&self) -> bool {
        !self.immobilise && self.warn.is_none()
    }
}

/// The immobiliser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// The car starts.
    #[default]
    Unlocked,
    /// The car runs and will be locked once it is parked, if that happens in time.
    Armed {
        /// How long the lock will last.
        lease: Lease,
        /// How long the lock may still begin: a command takes no effect after its time.
        window: Lease,
    },
    /// The car does not start.
    Locked(Lease),
}

impl Lock {
    /// Whether the next start is inhibited.
    pub const fn inhibits(self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// Takes `passed` seconds off every lease.
    #[must_use]
    pub fn after(self, passed: u64) -> Self {
        match self {
            Self::Unlocked => Self::Unlocked,
            Self::Armed { lease, window } => {
                Self::Armed { lease: lease.after(passed), window: window.after(passed) }
            }
            Self::Locked(lease) => Self::Locked(lease.after(passed)),
        }
    }

    /// Whether it has a lease that shrinks.
    pub const fn is_running_out(self) -> bool {
        match self {
            Self::Unlocked => false,
            Self::Armed { .. } => true,
            Self::Locked(lease) => lease.remaining.is_some(),
        }
    }
}

/// How long something lasts. `None` in both where it does not end by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// It ends at this time, Unix seconds.
    pub until: Option<i64>,
    /// It ends when this much time has passed, seconds. Only ever shrinks, so that no clock can extend it.
    pub remaining: Option<u64>,
}

impl Lease {
    /// From `now` to `until`, both Unix seconds.
    pub fn between(now: i64, until: i64) -> Self {
        let left = u64::try_from(until.saturating_sub(now)).unwrap_or(0);
        Self { until: Some(until), remaining: Some(left) }
    }

    /// The same lease after `passed` seconds.
    #[must_use]
    pub fn after(self, passed: u64) -> Self {
        Self { remaining: self.remaining.map(|remaining| remaining.saturating_sub(passed)), ..self }
    }

    /// Whether it is over at `now`, Unix seconds.
    pub fn is_over(self, now: i64) -> bool {
        self.remaining == Some(0) || self.until.is_some_and(|until| now >= until)
    }
}
