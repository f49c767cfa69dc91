use latchkey::fixtures;
use latchkey::state::{Calendar, Terms};

use crate::START;

/// A day in seconds.
pub const DAY: i64 = 86_400;
/// A week in seconds.
pub const WEEK: i64 = 7 * DAY;

/// Ten weekly instalments of 1,000 at no interest. Late fees fall after one day, grace ends after two, the car
/// warns from a second on, no notice is owed, and a lock stands for 30 days.
pub fn terms() -> Terms {
    Terms {
        first_due: START + WEEK,
        calendar: Calendar::seconds(604_800),
        grace_secs: 2 * 86_400,
        late_after_secs: 86_400,
        lock_ttl_secs: 30 * 86_400,
        ..fixtures::terms()
    }
}

/// When instalment `k` of [`terms`], counted from 0, is due.
pub fn due(k: i64) -> i64 {
    START + (k + 1) * WEEK
}
