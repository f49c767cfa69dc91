//! A command for this car, and how it is judged.

use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::{Action, Command, Hash, Outcome};

use crate::interlock::Readiness;
use crate::state::Lease;
use crate::trusted::{SKEW, Trusted};

/// The longest lock that the car obeys, seconds: 45 days.
pub const LONGEST_LOCK: i64 = 45 * 86_400;

/// A command for this car, by keys that may command it.
pub(super) struct Asked<'a> {
    pub command: &'a Command<'a>,
    /// The command with its signatures; `None` for an unlock by a code.
    pub signed: Option<&'a Cosigned>,
    pub hash: Hash,
    /// Whether its keys may also lock: only such keys prove a time.
    pub by_keys_that_may_lock: bool,
    /// The time, if it can be trusted.
    pub time: Option<Trusted>,
    /// The latest time that such a key has proven before, Unix seconds.
    pub not_before: i64,
    /// What the receipt says about the time, Unix seconds.
    pub device_time: i64,
}

impl Asked<'_> {
    /// Why a warning or a lock is not obeyed. An unlock is never asked this: its number alone decides.
    pub fn refusal(&self, readiness: Readiness) -> Option<Outcome> {
        let Some(unix) = self.judged_at() else { return Some(Outcome::RefusedNoTime) };
        let Command { action, not_after, lock_until, .. } = *self.command;
        if unix > not_after {
            return Some(Outcome::RefusedExpired);
        }
        if action != Action::Lock {
            return None;
        }
        if lock_until == 0 || lock_until > unix.saturating_add(LONGEST_LOCK) {
            return Some(Outcome::RefusedTooLong);
        }
        if unix >= lock_until {
            return Some(Outcome::RefusedExpired);
        }
        (readiness == Readiness::Unsafe).then_some(Outcome::RefusedUnsafe)
    }

    /// The time at which it is judged: as late as it may be, and no earlier than what is proven. `None` if no time can
    /// be trusted, or if the command is from a time that the car's contradicts.
    pub fn judged_at(&self) -> Option<i64> {
        let latest = self.time?.latest();
        let issued_at = self.command.issued_at;
        (issued_at <= latest.saturating_add_unsigned(SKEW))
            .then(|| latest.max(self.not_before).max(issued_at))
    }

    /// The time that is proven once the command is obeyed, Unix seconds.
    pub fn proves(&self) -> i64 {
        if self.by_keys_that_may_lock && self.judged_at().is_some() {
            self.not_before.max(self.command.issued_at)
        } else {
            self.not_before
        }
    }

    /// How long it may still take effect.
    pub fn window(&self, unix: i64) -> Lease {
        Lease::over(unix..self.command.not_after.saturating_add(1))
    }
}
