use latchkey::state::{Overpayment, Period, PolicyFloors, Terms, Waterfall};

use crate::START;

/// A day in seconds.
pub const DAY: i64 = 86_400;
/// A week in seconds.
pub const WEEK: i64 = 7 * DAY;

/// Ten weekly instalments of 1,000 at no interest. Late fees fall after one day, grace ends after two, no notice is
/// owed, and a lock stands for 30 days.
pub fn terms() -> Terms {
    Terms {
        principal: 10_000,
        apr_bps: 0,
        instalment: 1_000,
        count: 10,
        first_due: START + WEEK,
        period: Period::Seconds(604_800),
        grace_secs: 2 * 86_400,
        notice_secs: 0,
        late_fee: 25,
        late_after_secs: 86_400,
        emergency_secs: 0,
        emergency_max: 0,
        lock_ttl_secs: 30 * 86_400,
        max_extensions: 0,
        deferred: 0,
        waterfall: Waterfall::InterestPrincipalFees,
        overpayment: Overpayment::ReducePrincipal,
    }
}

/// When instalment `k` of [`terms`], counted from 0, is due.
pub fn due(k: i64) -> i64 {
    START + (k + 1) * WEEK
}

/// Floors that exclude nothing.
pub fn floors() -> PolicyFloors {
    PolicyFloors {
        min_grace_secs: 0,
        min_notice_secs: 0,
        max_apr_bps: u16::MAX,
        max_late_fee: u64::MAX,
        min_late_after_secs: 0,
        min_emergency_secs: 0,
        min_emergency_max: 0,
        max_lock_ttl_secs: 0,
    }
}
