//! The transactions of one vehicle: one at a time, with a pause after each that failed.

use super::operation::Operation;
use super::policy;
use super::retry_pauses::RetryPauses;

/// The state of a vehicle's transactions. A vehicle without one has no transaction under way and no pause.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Submission {
    /// A transaction is under way, after so many `failures` in a row.
    UnderWay { operation: Operation, failures: u32 },
    /// The last transactions failed: the next is sent at `not_before` or later.
    Paused { failures: u32, not_before: i64 },
}

impl Submission {
    /// The state once a transaction is sent.
    pub fn started(before: Option<Self>, operation: Operation) -> Self {
        let failures = before.map_or(0, |before| before.failures());
        Self::UnderWay { operation, failures }
    }

    /// The state once a transaction has failed at time `now`. After one that succeeded there is none.
    pub fn failed(before: Option<Self>, now: i64, pauses: RetryPauses) -> Self {
        let failures = before.map_or(0, |before| before.failures()).saturating_add(1);
        Self::Paused { failures, not_before: now + pauses.after(failures, policy::LONGEST_RETRY_PAUSE) }
    }

    /// Whether the next transaction may be sent at `now`.
    pub const fn may_start(&self, now: i64) -> bool {
        matches!(self, Self::Paused { not_before, .. } if now >= *not_before)
    }

    /// When a pause ends, if there is one.
    pub const fn not_before(&self) -> Option<i64> {
        match self {
            Self::Paused { not_before, .. } => Some(*not_before),
            Self::UnderWay { .. } => None,
        }
    }

    const fn failures(&self) -> u32 {
        match self {
            Self::UnderWay { failures, .. } | Self::Paused { failures, .. } => *failures,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSES: RetryPauses = RetryPauses { jitter: 7 };

    #[test]
    fn one_transaction_at_a_time_and_a_pause_that_grows_with_each_failure() {
        let mut state = Some(Submission::started(None, Operation::Collect));
        let mut last = 0;
        for failures in 1..=5 {
            assert!(!state.as_ref().is_none_or(|under_way| under_way.may_start(i64::MAX)));
            let paused = Submission::failed(state, 100, PAUSES);
            let not_before = paused.not_before().unwrap();
            assert!(not_before > last && !paused.may_start(not_before - 1) && paused.may_start(not_before));
            last = not_before;
            state = Some(Submission::started(Some(paused), Operation::Collect));
            assert_eq!(state, Some(Submission::UnderWay { operation: Operation::Collect, failures }));
        }
    }
}
