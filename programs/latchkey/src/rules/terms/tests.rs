use super::*;
use crate::fixtures::{floors, terms};

fn broken(change: impl FnOnce(&mut Terms), floors: PolicyFloors) -> Option<u32> {
    let mut terms = terms();
    change(&mut terms);
    check_terms(&terms, &floors, 0).err().map(u32::from)
}

#[test]
fn terms_must_be_sane_in_themselves() {
    assert_eq!(broken(|_| {}, floors()), None);
    let breaks =
        |change: fn(&mut Terms), rule: E| assert_eq!(broken(change, floors()), Some(u32::from(rule)));
    breaks(|t| t.principal = 0, E::TermsEmpty);
    breaks(|t| t.instalment = 0, E::TermsEmpty);
    breaks(|t| t.count = 0, E::TermsEmpty);
    breaks(|t| t.first_due = 0, E::TermsFirstDue);
    breaks(|t| t.deferred = 1, E::TermsDeferred);
    breaks(|t| t.calendar = Calendar::seconds(0), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::seconds(366 * 86_400 + 1), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::months(0, 1, 0), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::months(13, 1, 0), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::months(1, 32, 0), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::months(1, 1, 14 * 3_600 + 1), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::months(1, 2, 0), E::TermsFirstDueDay);
    breaks(|t| t.calendar = Calendar::twice_a_month(28, 31, 0), E::TermsCalendar);
    breaks(|t| t.calendar = Calendar::twice_a_month(5, 5, 0), E::TermsCalendar);
    breaks(|t| t.first_due = i64::MAX, E::TermsTooLong);
    breaks(|t| (t.count, t.calendar) = (601, Calendar::months(12, 1, 0)), E::TermsTooLong);
    breaks(|t| t.grace_secs = 0, E::TermsNoWait);
    breaks(|t| t.late_after_secs = 0, E::TermsNoWait);
    breaks(|t| t.warn_after_secs = 0, E::TermsNoWait);
    breaks(|t| t.notice_secs = 1, E::TermsNoticeUnclear);
    breaks(|t| t.notice_after_default = true, E::TermsNoticeUnclear);
    breaks(|t| (t.min_channels, t.notice_max_age_secs) = (7, 1), E::TermsNoticeUnclear);
}

#[test]
fn a_notice_counts_for_longer_than_notice_and_final_notice_together() {
    let ages = |notice_max_age_secs| {
        let notice = Terms { min_channels: 1, notice_secs: 5, final_notice_secs: 4, ..terms() };
        broken(|t| *t = Terms { notice_max_age_secs, ..notice }, floors())
    };
    assert_eq!([9, 10].map(ages), [Some(u32::from(E::TermsNoticeUnclear)), None]);
}

#[test]
fn every_floor_binds_at_its_value_and_not_beyond() {
    let binds = |set: fn(&mut PolicyFloors), at: fn(&mut Terms), beyond: fn(&mut Terms), rule: E| {
        let mut floors = floors();
        set(&mut floors);
        assert_eq!(broken(at, floors), None);
        assert_eq!(broken(beyond, floors), Some(u32::from(rule)));
    };
    let monthly = |t: &mut Terms| t.calendar = Calendar::months(1, 1, 0);
    assert_eq!(broken(monthly, PolicyFloors { min_grace_weekly_secs: u32::MAX, ..floors() }), None);
    // The terms of the fixtures are paid more often than weekly.
    assert_eq!(broken(|_| {}, PolicyFloors { min_grace_secs: u32::MAX, ..floors() }), None);
    binds(|f| f.min_grace_weekly_secs = 9, |t| t.grace_secs = 9, |t| t.grace_secs = 8, E::TermsGrace);
    binds(|f| f.max_apr_ppm = 9, |t| t.apr_ppm = 9, |t| t.apr_ppm = 10, E::TermsApr);
    binds(|f| f.max_late_fee = 9, |t| t.late_fee = 9, |t| t.late_fee = 10, E::TermsLateFee);
    binds(
        |f| f.min_late_after_secs = 9,
        |t| t.late_after_secs = 9,
        |t| t.late_after_secs = 8,
        E::TermsLateAfter,
    );
    binds(
        |f| f.min_warn_after_secs = 9,
        |t| t.warn_after_secs = 9,
        |t| t.warn_after_secs = 8,
        E::TermsWarnAfter,
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
        |f| f.max_lock_ttl_secs = 4_000,
        |t| t.lock_ttl_secs = 4_000,
        |t| t.lock_ttl_secs = 4_001,
        E::TermsLockTtl,
    );
    binds(|f| f.public_unlock = true, |t| t.public_unlock = true, |_| {}, E::TermsPublicUnlock);
}
