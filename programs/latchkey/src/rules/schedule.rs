//! When instalments are due.

use super::calendar::{DAY, Date, clamped};
use crate::state::{Calendar, CalendarUnit, Terms};

/// When instalment `k`, counted from 0, is due.
pub fn due_at(terms: &Terms, k: u16) -> i64 {
    step_at(terms, i64::from(k) + i64::from(terms.deferred))
}

/// How many instalments are due at `now`: instalment `k` is when `now >= due_at(k)`.
pub fn instalments_due(terms: &Terms, now: i64) -> u16 {
    if now < terms.first_due {
        return 0;
    }
    // All are due by this step; a date beyond what can be counted is not looked for.
    let all = i64::from(terms.count) + i64::from(terms.deferred);
    let mut last = last_step_by(terms, now).min(all);
    while step_at(terms, last) > now {
        last -= 1;
    }
    let due = (last + 1).saturating_sub(i64::from(terms.deferred)).max(0);
    u16::try_from(due).unwrap_or(u16::MAX).min(terms.count)
}

/// When the last instalment is due.
pub fn last_due(terms: &Terms) -> i64 {
    due_at(terms, terms.count.saturating_sub(1))
}

/// Whether the day of `time`, where the borrower lives, is one of the calendar's days.
pub fn falls_on_a_day(calendar: &Calendar, time: i64) -> bool {
    let date = Date::from_unix(time.saturating_add(i64::from(calendar.utc_offset_secs)));
    let is = |day: u8| date.day == clamped(date.year, date.month, i64::from(day));
    match calendar.unit {
        CalendarUnit::Seconds => true,
        CalendarUnit::Months => is(calendar.day),
        CalendarUnit::TwiceAMonth => is(calendar.day) || is(calendar.second_day),
    }
}

/// The date `step` periods after the first due date.
fn step_at(terms: &Terms, step: i64) -> i64 {
    let calendar = &terms.calendar;
    let every = i64::from(calendar.every);
    if calendar.unit == CalendarUnit::Seconds {
        return terms.first_due.saturating_add(every.saturating_mul(step));
    }
    let offset = i64::from(calendar.utc_offset_secs);
    let local = terms.first_due + offset;
    let first = Date::from_unix(local);
    let (months, day) = match calendar.unit {
        CalendarUnit::TwiceAMonth => {
            let half = half_months(calendar, first) + step;
            (half.div_euclid(2), if half.rem_euclid(2) == 0 { calendar.day } else { calendar.second_day })
        }
        _ => (first.months() + every * step, calendar.day),
    };
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let day = clamped(year, month, i64::from(day));
    Date { year, month, day }.days() * DAY + local.rem_euclid(DAY) - offset
}

/// A step that is the last one due by `now`, or one or two steps after it. `now` is not before the first due date.
fn last_step_by(terms: &Terms, now: i64) -> i64 {
    let calendar = &terms.calendar;
    let every = i64::from(calendar.every).max(1);
    if calendar.unit == CalendarUnit::Seconds {
        return (now - terms.first_due) / every;
    }
    let offset = i64::from(calendar.utc_offset_secs);
    let first = Date::from_unix(terms.first_due + offset);
    let months = Date::from_unix(now.saturating_add(offset)).months();
    match calendar.unit {
        CalendarUnit::TwiceAMonth => 2 * months + 1 - half_months(calendar, first),
        _ => (months - first.months()) / every,
    }
}

/// Halves of months since year 0, for a date on one of the two days of a month.
fn half_months(calendar: &Calendar, date: Date) -> i64 {
    2 * date.months() + i64::from(date.day != i64::from(calendar.day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::terms;

    fn at(year: i64, month: i64, day: i64, seconds: i64) -> i64 {
        Date { year, month, day }.days() * DAY + seconds
    }

    fn due_counted_one_by_one(terms: &Terms, now: i64) -> u16 {
        (0..terms.count).take_while(|k| now >= due_at(terms, *k)).count() as u16
    }

    fn days(terms: &Terms, instalments: u16) -> Vec<(i64, i64)> {
        let date = |k| Date::from_unix(due_at(terms, k) + i64::from(terms.calendar.utc_offset_secs));
        (0..instalments).map(date).map(|date| (date.month, date.day)).collect()
    }

    #[test]
    fn counting_agrees_with_each_due_date_just_before_at_and_after_it() {
        let calendars = [
            Calendar::seconds(1),
            Calendar::seconds(604_800),
            Calendar::months(1, 31, 0),
            Calendar::months(5, 31, -5 * 3_600),
            Calendar::twice_a_month(1, 31, 0),
            Calendar::twice_a_month(15, 31, 14 * 3_600),
        ];
        for calendar in calendars {
            for deferred in [0, 3] {
                // 2027-12-31 12:00 where the borrower lives, so that clamping and a leap February come into it.
                let first_due = 1_830_254_400 - i64::from(calendar.utc_offset_secs);
                let terms = Terms { calendar, first_due, count: 60, deferred, ..terms() };
                for k in 0..terms.count {
                    for now in [-1, 0, 1].map(|step| due_at(&terms, k) + step) {
                        let counted = due_counted_one_by_one(&terms, now);
                        assert_eq!(instalments_due(&terms, now), counted, "{calendar:?} {k}");
                    }
                }
                assert_eq!(instalments_due(&terms, i64::MAX / 4), 60);
            }
        }
    }

    #[test]
    fn the_30th_at_utc_minus_5_stays_the_30th_where_the_borrower_lives() {
        // 30 January 2027, 23:59:59 at UTC-5.
        let first_due = at(2027, 1, 31, 5 * 3_600 - 1);
        let terms = Terms { calendar: Calendar::months(1, 30, -5 * 3_600), first_due, ..terms() };
        assert_eq!(due_at(&terms, 0), first_due);
        assert_eq!(due_at(&terms, 1), at(2027, 3, 1, 5 * 3_600 - 1));
        assert_eq!(days(&terms, 4), [(1, 30), (2, 28), (3, 30), (4, 30)]);
    }

    #[test]
    fn the_last_day_of_the_month_is_a_choice_of_its_own() {
        let last = Terms { calendar: Calendar::months(1, 31, 0), first_due: at(2025, 2, 28, 0), ..terms() };
        assert_eq!(days(&last, 4), [(2, 28), (3, 31), (4, 30), (5, 31)]);
        let on_28 = Terms { calendar: Calendar::months(1, 28, 0), ..last };
        assert_eq!(days(&on_28, 4), [(2, 28), (3, 28), (4, 28), (5, 28)]);
        let from_january = Terms { first_due: at(2025, 1, 31, 0), ..last };
        assert_eq!(days(&from_january, 3), [(1, 31), (2, 28), (3, 31)]);
    }

    #[test]
    fn twice_a_month_alternates_between_two_days() {
        let calendar = Calendar::twice_a_month(15, 31, 0);
        let terms = Terms { calendar, first_due: at(2027, 1, 31, 0), ..terms() };
        assert_eq!(days(&terms, 5), [(1, 31), (2, 15), (2, 28), (3, 15), (3, 31)]);
        let terms = Terms { first_due: at(2027, 2, 15, 0), ..terms };
        assert_eq!(days(&terms, 3), [(2, 15), (2, 28), (3, 15)]);
    }

    #[test]
    fn a_first_due_date_falls_on_a_day_of_its_calendar_where_the_borrower_lives() {
        let falls = |calendar, time| falls_on_a_day(&calendar, time);
        assert!(falls(Calendar::seconds(9), 7));
        assert!(falls(Calendar::months(1, 31, 0), at(2025, 2, 28, 0)));
        assert!(!falls(Calendar::months(1, 31, 0), at(2025, 2, 27, 86_399)));
        assert!(falls(Calendar::months(1, 30, -5 * 3_600), at(2027, 1, 31, 5 * 3_600 - 1)));
        assert!(!falls(Calendar::months(1, 30, -5 * 3_600), at(2027, 1, 31, 5 * 3_600)));
        assert!(falls(Calendar::twice_a_month(1, 15, 0), at(2027, 1, 15, 0)));
        assert!(!falls(Calendar::twice_a_month(1, 15, 0), at(2027, 1, 16, 0)));
    }
}
