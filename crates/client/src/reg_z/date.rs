//! Civil dates, without times and time zones.

use std::fmt;

/// A day of the Gregorian calendar, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The date of a year, a month from 1 and a day from 1, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=month_length(year, month)).contains(&day);
        real.then_some(Self { year, month, day })
    }

    /// The date that many days after 1970-01-01. A caller with Unix seconds adds the borrower's offset from UTC and
    /// divides by 86,400, rounding down.
    pub fn from_unix_days(days: i64) -> Option<Self> {
        // A guess by the average length of a year is right or one year off.
        let guess = 1970 + days.checked_mul(400)?.div_euclid(146_097);
        let year = [guess - 1, guess, guess + 1]
            .into_iter()
            .filter_map(|year| Self::new(u16::try_from(year).ok()?, 1, 1))
            .rfind(|first| i64::from(first.unix_days()) <= days)?
            .year;
        let mut left = u16::try_from(days - i64::from(Self { year, month: 1, day: 1 }.unix_days())).ok()?;
        for month in 1..=12 {
            let length = u16::from(month_length(year, month));
            if left < length {
                return Self::new(year, month, u8::try_from(left + 1).ok()?);
            }
            left -= length;
        }
        None
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month: 1 is January.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01.
    pub fn unix_days(self) -> i32 {
        let before = i32::from(self.year) - 1;
        let leap_days = before / 4 - before / 100 + before / 400;
        let months: i32 = (1..self.month).map(|month| i32::from(month_length(self.year, month))).sum();
        before * 365 + leap_days + months + i32::from(self.day) - 1 - 719_162
    }

    /// Months since the beginning of the calendar, this one not counted.
    pub(super) fn months(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// The day `day` of the month that lies `months` before this one's, or that month's last day if it is shorter.
    pub(super) fn months_before(self, months: i32, day: u8) -> Option<Self> {
        let index = self.months() - months;
        let year = u16::try_from(index.div_euclid(12)).ok()?;
        let month = u8::try_from(index.rem_euclid(12) + 1).ok()?;
        Self::new(year, month, day.min(month_length(year, month)))
    }

    /// The day `day` of this date's month, or the month's last day if it is shorter.
    pub(super) fn has_day(self, day: u8) -> bool {
        self.day == day.min(month_length(self.year, self.month))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

const fn month_length(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_the_calendar_follows_the_one_before() {
        let first = Date::new(1, 1, 1).unwrap().unix_days();
        let last = Date::new(9999, 12, 31).unwrap().unix_days();
        // Four centuries, after which the calendar repeats, and both ends.
        let centuries = -146_097 / 2..146_097 / 2;
        for days in [first..first + 1_000, centuries, last - 1_000..last + 1] {
            let mut before = None;
            for day in days {
                let date = Date::from_unix_days(i64::from(day)).unwrap();
                assert_eq!(date.unix_days(), day);
                assert!(before < Some(date));
                before = Some(date);
            }
        }
        assert_eq!(Date::from_unix_days(i64::from(first) - 1), None);
        assert_eq!(Date::from_unix_days(i64::from(last) + 1), None);
        assert_eq!([i64::MIN, i64::MAX].map(Date::from_unix_days), [None, None]);
    }

    #[test]
    fn known_days() {
        assert_eq!(Date::from_unix_days(0), Date::new(1970, 1, 1));
        assert_eq!(Date::from_unix_days(19_723), Date::new(2024, 1, 1));
        assert_eq!(Date::from_unix_days(11_016), Date::new(2000, 2, 29));
        assert_eq!(Date::new(1900, 2, 29), None);
        assert_eq!(Date::new(2025, 13, 1), None);
        assert_eq!(Date::new(2025, 6, 31), None);
        assert_eq!(Date::new(2025, 6, 3).unwrap().to_string(), "2025-06-03");
    }
}
