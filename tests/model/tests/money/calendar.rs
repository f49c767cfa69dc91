//! Due dates.

use latchkey_tests_model::arithmetic::Calendar;
use proptest::prelude::*;

use crate::{DAY, date};

fn dates(calendar: Calendar, first: i64, count: u32) -> Vec<i64> {
    (0..count).map(|k| calendar.after(first, k)).collect()
}

#[test]
fn m1_a_last_day_is_the_last_day_where_the_borrower_lives() {
    let offset = -5 * 3_600;
    let end_of_day = DAY - 1 - i64::from(offset);
    let first = date(2027, 1, 30) + end_of_day;
    let calendar = Calendar::Months { every: 1, day: 30, offset };
    assert!(calendar.can_begin_at(first));
    let second = calendar.after(first, 1);
    assert_eq!(second, date(2027, 3, 1) + 4 * 3_600 + 59 * 60 + 59, "28 February, 23:59:59 there");
    assert_eq!(calendar.after(first, 2), date(2027, 3, 30) + end_of_day);
}

#[test]
fn m2_the_last_day_of_the_month_stays_the_last() {
    let last = Calendar::Months { every: 1, day: 31, offset: 0 };
    let from_february = dates(last, date(2025, 2, 28), 5);
    let expected = [(2, 28), (3, 31), (4, 30), (5, 31), (6, 30)].map(|(month, day)| date(2025, month, day));
    assert_eq!(from_february, expected);
    let from_january = dates(last, date(2025, 1, 31), 3);
    assert_eq!(from_january, [(1, 31), (2, 28), (3, 31)].map(|(month, day)| date(2025, month, day)));
    assert!(last.can_begin_at(date(2025, 2, 28)) && !last.can_begin_at(date(2025, 3, 30)));
    // A leap year.
    assert_eq!(last.after(date(2024, 1, 31), 1), date(2024, 2, 29));
}

#[test]
fn twice_a_month_takes_turns_from_either_day() {
    let calendar = Calendar::TwiceAMonth { first: 15, second: 31, offset: 0 };
    let from_first = dates(calendar, date(2027, 1, 15), 5);
    assert_eq!(
        from_first,
        [(1, 15), (1, 31), (2, 15), (2, 28), (3, 15)].map(|(month, day)| date(2027, month, day))
    );
    assert_eq!(
        dates(calendar, date(2027, 2, 28), 3),
        [(2, 28), (3, 15), (3, 31)].map(|(m, d)| date(2027, m, d))
    );
    assert!(!calendar.can_begin_at(date(2027, 1, 30)), "January has a 31st");
}

#[test]
fn every_other_calendar_is_refused() {
    let months = |every, day, offset| Calendar::Months { every, day, offset };
    for sound in
        [months(1, 1, 50_400), months(12, 31, -50_400), Calendar::Seconds(1), Calendar::Seconds(366 * 86_400)]
    {
        assert!(sound.is_sound(), "{sound:?}");
    }
    let twice = |first, second| Calendar::TwiceAMonth { first, second, offset: 0 };
    let unsound = [
        months(0, 1, 0),
        months(13, 1, 0),
        months(1, 0, 0),
        months(1, 32, 0),
        months(1, 1, 50_401),
        twice(28, 31),
        twice(15, 15),
        twice(0, 15),
        twice(1, 32),
        Calendar::Seconds(0),
        Calendar::Seconds(366 * 86_400 + 1),
    ];
    for calendar in unsound {
        assert!(!calendar.is_sound(), "{calendar:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(latchkey_tests_cases::cases(500)))]

    /// Each date is its month's own: no clamped month shortens those after it.
    #[test]
    fn a_schedule_of_months_is_the_same_from_any_of_its_dates(
        start in 0..40_000_i64, second in 0..DAY, every in 1..=12_u32, day in 1..=31_u8, zone in -14..=14_i32,
        steps in 0..30_u32, more in 0..30_u32,
    ) {
        let calendar = Calendar::Months { every, day, offset: zone * 3_600 };
        // The first of its dates after some day.
        let first = calendar.after(start * DAY + second, 0);
        prop_assume!(calendar.can_begin_at(first));
        prop_assert_eq!(calendar.after(calendar.after(first, steps), more), calendar.after(first, steps + more));
        prop_assert!(calendar.after(first, steps + 1) > calendar.after(first, steps));
    }

    #[test]
    fn a_schedule_of_half_months_is_the_same_from_any_of_its_dates(
        start in 0..40_000_i64, second in 0..DAY, early in 1..=27_u8, apart in 1..=20_u8, zone in -14..=14_i32,
        steps in 0..30_u32, more in 0..30_u32,
    ) {
        let calendar = Calendar::TwiceAMonth { first: early, second: (early + apart).min(31), offset: zone * 3_600 };
        let first = calendar.after(start * DAY + second, 0);
        prop_assert!(calendar.can_begin_at(first));
        prop_assert_eq!(calendar.after(calendar.after(first, steps), more), calendar.after(first, steps + more));
        prop_assert!(calendar.after(first, steps + 1) > calendar.after(first, steps));
    }
}
