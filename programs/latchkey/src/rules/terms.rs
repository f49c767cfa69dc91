//! What terms a loan may have: sane in themselves, and no weaker than the lender's policy floors.

use super::calendar::DAY;
use super::schedule::{falls_on_a_day, last_due};
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Calendar, CalendarUnit, NoticeChannels, PolicyFloors, Terms};

/// No schedule ends later than this after origination, seconds.
pub const MAX_TERM_SECS: i64 = 50 * 366 * DAY;

/// Principal and late fees together are at most this, base units: with fifty years of interest at the highest rate on
/// top they still count in a `u64`. What cannot be counted could not be paid.
pub const MAX_CHARGED: u64 = u64::MAX / 1_000;

/// The highest rate a year, parts per million: 655 %. With [`MAX_CHARGED`] it keeps every sum countable.
pub const MAX_APR_PPM: u32 = 6_550_000;

/// The shortest time a lock stands without renewal, seconds: an hour.
pub const MIN_LOCK_TTL_SECS: u32 = 3_600;

/// The longest, seconds: 45 days. A lender that loses its keys bricks no car.
pub const MAX_LOCK_TTL_SECS: u32 = 45 * 86_400;

/// Local time is at most this far from UTC, seconds: 14 hours.
pub const MAX_UTC_OFFSET_SECS: i32 = 14 * 3_600;

/// Checks terms signed at `now`, for themselves and against the floors.
pub fn check_terms(terms: &Terms, floors: &PolicyFloors, now: i64) -> Ruled<()> {
    check(terms.principal > 0 && terms.instalment > 0 && terms.count > 0, E::TermsEmpty)?;
    let fees = terms.late_fee.checked_mul(u64::from(terms.count)).ok_or(E::Overflow)?;
    let charged = terms.principal.checked_add(fees).ok_or(E::Overflow)?;
    check(charged <= MAX_CHARGED, E::Overflow)?;
    check(terms.first_due > now, E::TermsFirstDue)?;
    check(terms.deferred == 0, E::TermsDeferred)?;
    let end = now.checked_add(MAX_TERM_SECS).ok_or(E::Overflow)?;
    check(terms.first_due <= end, E::TermsTooLong)?;
    check(is_sane(&terms.calendar), E::TermsCalendar)?;
    check(falls_on_a_day(&terms.calendar, terms.first_due), E::TermsFirstDueDay)?;
    check(last_due(terms) <= end, E::TermsTooLong)?;
    let waits = [terms.grace_secs, terms.late_after_secs, terms.warn_after_secs];
    check(waits.iter().all(|secs| *secs > 0), E::TermsNoWait)?;
    let locks = MIN_LOCK_TTL_SECS..=MAX_LOCK_TTL_SECS;
    check(locks.contains(&terms.lock_ttl_secs), E::TermsLockTtl)?;
    check_notice_terms(terms)?;
    check_floors(terms, floors)
}

/// Refuses terms that promise a public unlock where the unlock function's address, `uri`, is none.
pub fn check_public_unlock(terms: &Terms, uri: &str) -> Ruled<()> {
    check(!terms.public_unlock || uri.starts_with("https://"), E::TermsPublicUnlock)
}

fn is_sane(calendar: &Calendar) -> bool {
    let Calendar { unit, every, day, second_day, utc_offset_secs } = *calendar;
    let in_a_zone = (-MAX_UTC_OFFSET_SECS..=MAX_UTC_OFFSET_SECS).contains(&utc_offset_secs);
    match unit {
        CalendarUnit::Seconds => {
            (1..=366 * 86_400).contains(&every) && (day, second_day, utc_offset_secs) == (0, 0, 0)
        }
        CalendarUnit::Months => {
            (1..=12).contains(&every) && (1..=31).contains(&day) && second_day == 0 && in_a_zone
        }
        CalendarUnit::TwiceAMonth => {
            every == 1 && (1..28).contains(&day) && (day + 1..=31).contains(&second_day) && in_a_zone
        }
    }
}

fn check_notice_terms(terms: &Terms) -> Ruled<()> {
    let Terms { notice_secs, min_channels, final_notice_secs, notice_max_age_secs, .. } = *terms;
    let is_sane = if min_channels == 0 {
        (notice_secs, final_notice_secs, notice_max_age_secs) == (0, 0, 0) && !terms.notice_after_default
    } else {
        let waits = u64::from(notice_secs) + u64::from(final_notice_secs);
        usize::from(min_channels) <= NoticeChannels::COUNT && u64::from(notice_max_age_secs) > waits
    };
    check(is_sane, E::TermsNoticeUnclear)
}

fn check_floors(terms: &Terms, floors: &PolicyFloors) -> Ruled<()> {
    let weekly = terms.calendar.is_weekly();
    let (grace, notice) = if weekly {
        (floors.min_grace_weekly_secs, floors.min_notice_weekly_secs)
    } else {
        (floors.min_grace_secs, floors.min_notice_secs)
    };
    check(terms.grace_secs >= grace, E::TermsGrace)?;
    let notice_is_kept = terms.notice_secs >= notice
        && terms.min_channels >= floors.min_channels
        && terms.final_notice_secs >= floors.min_final_notice_secs
        && (terms.notice_after_default || !floors.notice_after_default);
    check(notice_is_kept, E::TermsNotice)?;
    check(terms.apr_ppm <= floors.max_apr_ppm.min(MAX_APR_PPM), E::TermsApr)?;
    check(terms.late_fee <= floors.max_late_fee, E::TermsLateFee)?;
    check(terms.late_after_secs >= floors.min_late_after_secs, E::TermsLateAfter)?;
    check(terms.warn_after_secs >= floors.min_warn_after_secs, E::TermsWarnAfter)?;
    check(
        terms.emergency_secs >= floors.min_emergency_secs && terms.emergency_max >= floors.min_emergency_max,
        E::TermsEmergencyStart,
    )?;
    let longest = Some(floors.max_lock_ttl_secs).filter(|secs| *secs > 0);
    check(longest.is_none_or(|longest| terms.lock_ttl_secs <= longest), E::TermsLockTtl)?;
    check(terms.public_unlock || !floors.public_unlock, E::TermsPublicUnlock)
}

#[cfg(test)]
mod tests;
