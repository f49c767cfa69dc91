//! What terms a loan may have: sane in themselves, and no weaker than the lender's policy floors.

use super::calendar::DAY;
use super::schedule::last_due;
use super::{Ruled, check};
use crate::errors::LatchkeyError;
use crate::state::{Period, PolicyFloors, Terms};

/// No schedule ends later than this after origination, seconds.
pub const MAX_TERM_SECS: i64 = 50 * 366 * DAY;

/// Principal and late fees together are at most this, base units: with fifty years of interest at the highest rate on
/// top they still count in a `u64`. What cannot be counted could not be paid.
pub const MAX_CHARGED: u64 = u64::MAX / 1_000;

/// Checks terms signed at `now`, for themselves and against the floors.
pub fn check_terms(terms: &Terms, floors: &PolicyFloors, now: i64) -> Ruled<()> {
    use LatchkeyError as E;
    check(terms.principal > 0 && terms.instalment > 0 && terms.count > 0, E::TermsEmpty)?;
    let fees = terms.late_fee.checked_mul(u64::from(terms.count)).ok_or(E::Overflow)?;
    let charged = terms.principal.checked_add(fees).ok_or(E::Overflow)?;
    check(charged <= MAX_CHARGED, E::Overflow)?;
    check(terms.first_due > now, E::TermsFirstDue)?;
    check(terms.deferred == 0, E::TermsDeferred)?;
    let period_is_sane = match terms.period {
        Period::Seconds(secs) => (1..=366 * 86_400).contains(&secs),
        Period::Months(months) => (1..=12).contains(&months),
    };
    check(period_is_sane, E::TermsPeriod)?;
    let end = now.checked_add(MAX_TERM_SECS).ok_or(E::Overflow)?;
    check(terms.first_due <= end && last_due(terms) <= end, E::TermsTooLong)?;

    check(terms.grace_secs >= floors.min_grace_secs, E::TermsGrace)?;
    check(terms.notice_secs >= floors.min_notice_secs, E::TermsNotice)?;
    check(terms.apr_bps <= floors.max_apr_bps, E::TermsApr)?;
    check(terms.late_fee <= floors.max_late_fee, E::TermsLateFee)?;
    check(terms.late_after_secs >= floors.min_late_after_secs, E::TermsLateAfter)?;
    check(
        terms.emergency_secs >= floors.min_emergency_secs && terms.emergency_max >= floors.min_emergency_max,
        E::TermsEmergencyStart,
    )?;
    let lock_is_bounded = match (floors.max_lock_ttl_secs(), terms.lock_ttl_secs()) {
        (None, _) => true,
        (Some(longest), Some(secs)) => secs <= longest,
        (Some(_), None) => false,
    };
    check(lock_is_bounded, E::TermsLockTtl)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{floors, terms};

    fn broken(change: impl FnOnce(&mut Terms), floors: PolicyFloors) -> Option<u32> {
        let mut terms = terms();
        change(&mut terms);
        check_terms(&terms, &floors, 0).err().map(u32::from)
    }

    #[test]
    fn sane_terms_pass() {
        assert_eq!(broken(|_| {}, floors()), None);
    }

    #[test]
    fn terms_must_be_sane_in_themselves() {
        let breaks = |change: fn(&mut Terms), rule: LatchkeyError| {
            assert_eq!(broken(change, floors()), Some(u32::from(rule)));
        };
        breaks(|t| t.principal = 0, LatchkeyError::TermsEmpty);
        breaks(|t| t.instalment = 0, LatchkeyError::TermsEmpty);
        breaks(|t| t.count = 0, LatchkeyError::TermsEmpty);
        breaks(|t| t.first_due = 0, LatchkeyError::TermsFirstDue);
        breaks(|t| t.deferred = 1, LatchkeyError::TermsDeferred);
        breaks(|t| t.period = Period::Seconds(0), LatchkeyError::TermsPeriod);
        breaks(|t| t.period = Period::Seconds(366 * 86_400 + 1), LatchkeyError::TermsPeriod);
        breaks(|t| t.period = Period::Months(0), LatchkeyError::TermsPeriod);
        breaks(|t| t.period = Period::Months(13), LatchkeyError::TermsPeriod);
        breaks(|t| t.first_due = i64::MAX, LatchkeyError::TermsTooLong);
        breaks(|t| (t.count, t.period) = (601, Period::Months(12)), LatchkeyError::TermsTooLong);
    }

    #[test]
    fn every_floor_binds_at_its_value_and_not_beyond() {
        let binds =
            |set: fn(&mut PolicyFloors), at: fn(&mut Terms), beyond: fn(&mut Terms), rule: LatchkeyError| {
                let mut floors = floors();
                set(&mut floors);
                assert_eq!(broken(at, floors), None);
                assert_eq!(broken(beyond, floors), Some(u32::from(rule)));
            };
        use LatchkeyError as E;
        binds(|f| f.min_grace_secs = 9, |t| t.grace_secs = 9, |t| t.grace_secs = 8, E::TermsGrace);
        binds(|f| f.min_notice_secs = 9, |t| t.notice_secs = 9, |t| t.notice_secs = 8, E::TermsNotice);
        binds(|f| f.max_apr_bps = 9, |t| t.apr_bps = 9, |t| t.apr_bps = 10, E::TermsApr);
        binds(|f| f.max_late_fee = 9, |t| t.late_fee = 9, |t| t.late_fee = 10, E::TermsLateFee);
        binds(
            |f| f.min_late_after_secs = 9,
            |t| t.late_after_secs = 9,
            |t| t.late_after_secs = 8,
            E::TermsLateAfter,
        );
        binds(
            |f| f.min_emergency_secs = 9,
            |t| t.emergency_secs = 9,
            |t| t.emergency_secs = 8,
            E::TermsEmergencyStart,
        );
        binds(
            |f| f.min_emergency_max = 9,
            |t| t.emergency_max = 9,
            |t| t.emergency_max = 8,
            E::TermsEmergencyStart,
        );
        binds(
            |f| f.max_lock_ttl_secs = 9,
            |t| t.lock_ttl_secs = 9,
            |t| t.lock_ttl_secs = 10,
            E::TermsLockTtl,
        );
        binds(|f| f.max_lock_ttl_secs = 9, |t| t.lock_ttl_secs = 1, |t| t.lock_ttl_secs = 0, E::TermsLockTtl);
    }
}
