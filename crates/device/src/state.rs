//! What the agent remembers across power cuts.

use std::ops::Range;

use latchkey_protocol::Key;
use serde::{Deserialize, Serialize};

/// What the agent must not forget, whenever the power fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The newest command obeyed, and its receipt.
    pub last: Option<Obeyed>,
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
    pub seq: u64,
    /// Address of the invocation that it served.
    pub invocation: Key,
    /// The signed receipt, as it travels.
    pub receipt: Vec<u8>,
    /// It was a lock that waited for the car to park until its time was over. It has had no effect, so its sequence
    /// number may come again in a command that still has time.
    pub lapsed: bool,
}

/// Actuations decided and perhaps not yet done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The immobiliser is to be set as the lock says.
    pub immobilise: bool,
    /// The warning is to be sounded with this message.
    pub warn: Option<String>,
}

impl Pending {
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

/// How long a lock, or the wait for one, lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// It ends at this time, Unix seconds.
    pub until: Option<i64>,
    /// It ends when this much time has passed, seconds. It only ever shrinks, so that setting the clock back cannot
    /// extend it.
    pub remaining: Option<u64>,
}

impl Lease {
    /// A lease that does not end by itself.
    pub const ENDLESS: Self = Self { until: None, remaining: None };

    /// From now until it ends, both Unix seconds. A range that has passed already is a lease that is over.
    pub fn over(Range { start: now, end }: Range<i64>) -> Self {
        let left = u64::try_from(end.saturating_sub(now)).unwrap_or(0);
        Self { until: Some(end), remaining: Some(left) }
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
