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
    pub pending: Option<Pending>,
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
    /// The command's hash.
    pub command_hash: [u8; 32],
}

/// A deed decided and perhaps not yet done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// Set the immobiliser to what the lock says.
    Immobilise,
    /// Sound the warning and show this.
    Warn(String),
}

/// The immobiliser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// The car starts.
    #[default]
    Unlocked,
    /// The car runs and will be locked once it is parked.
    Armed(Lease),
    /// The car does not start.
    Locked(Lease),
}

impl Lock {
    /// Whether the next start is inhibited.
    pub const fn inhibits(self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// The lease of a lock or of one that waits.
    pub const fn lease(self) -> Option<Lease> {
        match self {
            Self::Unlocked => None,
            Self::Armed(lease) | Self::Locked(lease) => Some(lease),
        }
    }

    pub(crate) const fn with_lease(self, lease: Lease) -> Self {
        match self {
            Self::Unlocked => Self::Unlocked,
            Self::Armed(_) => Self::Armed(lease),
            Self::Locked(_) => Self::Locked(lease),
        }
    }
}

/// How long a lock lasts. `None` in both where only an unlock ends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The lock ends at this time, Unix seconds.
    pub until: Option<i64>,
    /// The lock ends when this much time has passed, seconds. Only ever shrinks, so that no clock can extend it.
    pub remaining: Option<u64>,
}
