//! What terms a loan may have: sane in themselves, and no weaker than the lender's policy floors.

use super::calendar::DAY;
use super::schedule::last_due;
use super::{check, Ruled};
use crate::errors::LatchkeyError;
use crate::state::{Period, PolicyFloors, Terms};

/// No schedule ends later than this after origination, seconds.
pub const MAX_TERM_SECS: i64 = 50 * 366 * DAY;

/// Checks terms signed at `now`, for themselves and against the floors.
pub fn check_terms(terms: &Terms, floors: &PolicyFloors, now: i64) -> Ruled<()> {
    use LatchkeyError as E;
    check(terms.principal > 0 && terms.instalment > 0 && terms.count > 0, E::TermsEmpty)?;
    check(terms.first_due > now, E::TermsFirstDue)?;
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
        terms.courtesy_secs >= floors.min_courtesy_secs && terms.courtesy_max >= floors.min_courtesy_max,
        E::TermsCourtesy,
    )?;
    let lock_is_bounded = match floors.max_lock_ttl_secs {
        0 => true,
        longest => (1..=longest).contains(&terms.lock_ttl_secs),
    };
    check(lock_is_bounded, E::TermsLockTtl)
}
