use latchkey::state::{Calendar, CalendarUnit, Overpayment, Terms};
use proptest::prelude::*;
use proptest::sample::select;

use super::DAY;

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let calendar = |unit, every, day, second_day, hours: i32| Calendar {
        unit,
        every,
        day,
        second_day,
        utc_offset_secs: hours * 3_600,
    };
    prop_oneof![
        4 => select(vec![3_600, 86_400, 5 * 86_400, 604_800, 700_000])
            .prop_map(move |every| calendar(CalendarUnit::Seconds, every, 0, 0, 0)),
        2 => (1..3_u32, select(vec![1, 15, 29, 30, 31]), -14..=14)
            .prop_map(move |(every, day, hours)| calendar(CalendarUnit::Months, every, day, 0, hours)),
        1 => (select(vec![1, 14, 27]), select(vec![28, 30, 31]), -14..=14)
            .prop_map(move |(day, second, hours)| calendar(CalendarUnit::TwiceAMonth, 1, day, second, hours)),
    ]
}

/// What is agreed about notices: time, channels, after default, final notice, age.
fn any_notice() -> impl Strategy<Value = (u32, u8, bool, u32, u32)> {
    let sound = (
        select(vec![0, 1, 86_400]),
        select(vec![1, 1, 2, 3]),
        prop::bool::weighted(0.3),
        select(vec![0, 0, 1, 3_600]),
        select(vec![1, 3_600, 30 * 86_400]),
    );
    prop_oneof![
        3 => Just((0, 0, false, 0, 0)),
        4 => sound.prop_map(|(wait, channels, late, last, more)| (wait, channels, late, last, wait + last + more)),
    ]
}

/// Terms with everything that the rules look at, in units small enough to read.
pub fn any_terms() -> impl Strategy<Value = Terms> {
    let times = (
        select(vec![1, 3_600, 86_400, 10 * DAY]),
        select(vec![1, 3_600, 2 * 86_400]),
        select(vec![1, 3_600, 86_400, 3 * 86_400]),
        select(vec![1, 60, 86_400]),
    );
    let count = prop_oneof![12 => 1..7_u16, 1 => 36..40_u16];
    let money = (select(vec![1_000_u64, 10_007, 1_000_000]), count, 60..150_u64, select(vec![0, 7, 25]));
    let lock = (
        select(vec![3_600, 86_400, 30 * 86_400, 45 * 86_400]),
        select(vec![0, 3_600, 86_400]),
        0..3_u8,
        0..3_u8,
        any::<bool>(),
    );
    let ways = (
        select(vec![Overpayment::ReducePrincipal, Overpayment::PayAhead]),
        select(vec![0_u32, 38_750, 180_000, 360_001, 1_000_000]),
    );
    (any_calendar(), times, any_notice(), money, lock, ways).prop_map(
        |(
            calendar,
            (first_due, grace_secs, late_after_secs, warn_after_secs),
            (notice_secs, min_channels, notice_after_default, final_notice_secs, notice_max_age_secs),
            (principal, count, share, late_fee),
            (lock_ttl_secs, emergency_secs, emergency_max, max_extensions, public_unlock),
            (overpayment, apr_ppm),
        )| Terms {
            principal,
            apr_ppm,
            instalment: principal / u64::from(count) * share / 100,
            count,
            // Relative to origination: the model adds that time.
            first_due,
            calendar,
            grace_secs,
            late_fee,
            late_after_secs,
            warn_after_secs,
            notice_secs,
            min_channels,
            notice_after_default,
            final_notice_secs,
            notice_max_age_secs,
            emergency_secs,
            emergency_max,
            lock_ttl_secs,
            max_extensions,
            deferred: 0,
            overpayment,
            public_unlock,
        },
    )
}
