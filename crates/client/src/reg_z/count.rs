//! Unit-periods and how many lie between two dates (Appendix J (b)(5)).

use std::fmt;

use super::Date;
use super::due::Due;

/// The interval at which the finance charge of a loan is added to the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitPeriod {
    /// So many months, 1 to 12. Twelve months are the year of (b)(5)(v).
    Months(u16),
    /// Half a month, twice a month.
    SemiMonth,
    /// So many weeks, 1 to 52.
    Weeks(u16),
    /// So many days, 1 to 365. Appendix J names the single day (b)(5)(iv) and the term in days of a loan of one
    /// advance and one payment (b)(5)(vii). Any other number of days is counted the same way.
    Days(u16),
}

impl UnitPeriod {
    /// The year: the longest unit-period there is.
    pub const YEAR: Self = Self::Months(12);

    /// Whether it is at least a day and at most a year.
    pub const fn is_valid(self) -> bool {
        match self {
            Self::Months(n) => n >= 1 && n <= 12,
            Self::SemiMonth => true,
            Self::Weeks(n) => n >= 1 && n <= 52,
            Self::Days(n) => n >= 1 && n <= 365,
        }
    }

    /// How long it is in days, a month being 30 days and a year 365.
    pub(super) fn days(self) -> i32 {
        match self {
            Self::YEAR => 365,
            Self::Months(n) => i32::from(n) * 30,
            Self::SemiMonth => 15,
            Self::Weeks(n) => i32::from(n) * 7,
            Self::Days(n) => i32::from(n),
        }
    }

    /// How many there are in a year: (b)(5)(ii) to (vii).
    pub(super) fn per_year(self) -> f64 {
        match self {
            Self::Months(n) => 12.0 / f64::from(n),
            Self::SemiMonth => 24.0,
            Self::Weeks(n) => 52.0 / f64::from(n),
            Self::Days(n) => 365.0 / f64::from(n),
        }
    }

    /// The full unit-periods and the fraction of one from a date to a later one.
    pub(super) fn between(self, earlier: Date, later: Due) -> Span {
        let days = later.date.unix_days() - earlier.unix_days();
        match self {
            // (b)(5)(ii): months back from the later date; the days before them by 30.
            Self::Months(1) => {
                let (months, rest) = months_back(earlier, later);
                Span { full: months, part: rest, of: 30 }
            }
            // (b)(5)(v): years back from the later date; the rest in months by 12 if it is whole months, or else in
            // days by 365.
            Self::YEAR => {
                let (months, rest) = months_back(earlier, later);
                let full = months / 12;
                if rest == 0 {
                    return Span { full, part: months % 12, of: 12 };
                }
                let begin = later.months_before(full * 12).map_or(0, Date::unix_days);
                Span { full, part: begin - earlier.unix_days(), of: 365 }
            }
            // (b)(5)(iii): thirty days for each month back from the later date, and the days before them.
            Self::Months(_) | Self::SemiMonth => {
                let (months, rest) = months_back(earlier, later);
                Span::of(months * 30 + rest, self.days())
            }
            // (b)(5)(iv) and (vii).
            Self::Weeks(_) | Self::Days(_) => Span::of(days, self.days()),
        }
    }
}

impl fmt::Display for UnitPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, name) = match *self {
            Self::YEAR => (1, "year"),
            Self::Months(n) => (n, "month"),
            Self::SemiMonth => return f.write_str("half a month"),
            Self::Weeks(n) => (n, "week"),
            Self::Days(n) => (n, "day"),
        };
        write!(f, "{n} {name}{}", if n == 1 { "" } else { "s" })
    }
}

/// A number of unit-periods: full ones, and a fraction of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub full: i32,
    pub part: i32,
    pub of: i32,
}

impl Span {
    fn of(days: i32, unit: i32) -> Self {
        Self { full: days / unit, part: days % unit, of: unit }
    }
}

/// The full months back from the later date, and the days from the earlier date to the first of them.
pub(super) fn months_back(earlier: Date, later: Due) -> (i32, i32) {
    let days_before = |months| {
        let first = later.months_before(months)?;
        Some(first.unix_days() - earlier.unix_days()).filter(|days| *days >= 0)
    };
    // The month of the earlier date is too far if the point that the months are counted from lies before that date.
    let most = later.date.months() - earlier.months();
    match days_before(most) {
        Some(days) => (most, days),
        None => (most - 1, days_before(most - 1).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Flow;
    use super::super::due::in_order;
    use super::*;

    type Ymd = (u16, u8, u8);

    fn date((year, month, day): Ymd) -> Date {
        Date::new(year, month, day).unwrap()
    }

    fn series(dates: &[Ymd]) -> Vec<Due> {
        let flows: Vec<_> = dates.iter().map(|ymd| Flow { date: date(*ymd), cents: 1 }).collect();
        in_order(&flows).into_iter().map(|(due, _)| due).collect()
    }

    fn span(unit: UnitPeriod, from: Ymd, to: Ymd) -> (i32, i32, i32) {
        let Span { full, part, of } = unit.between(date(from), series(&[to])[0]);
        (full, part, of)
    }

    /// The counts that the examples of Appendix J (c) state.
    #[test]
    fn counts_of_the_examples() {
        use UnitPeriod::{Days, Months, SemiMonth, Weeks};
        const YEAR: UnitPeriod = UnitPeriod::YEAR;
        assert_eq!(span(Months(1), (1978, 1, 10), (1978, 2, 10)), (1, 0, 30));
        assert_eq!(span(Months(1), (1978, 2, 10), (1978, 4, 1)), (1, 19, 30));
        assert_eq!(span(SemiMonth, (1978, 2, 23), (1978, 3, 1)), (0, 6, 15));
        assert_eq!(span(Months(3), (1978, 5, 23), (1978, 10, 1)), (1, 39, 90));
        assert_eq!(span(Weeks(1), (1978, 3, 20), (1978, 4, 21)), (4, 4, 7));
        assert_eq!(span(Weeks(4), (1978, 3, 18), (1978, 4, 20)), (1, 5, 28));
        assert_eq!(span(Weeks(2), (1978, 4, 3), (1978, 4, 11)), (0, 8, 14));
        assert_eq!(span(Months(2), (1978, 1, 10), (1978, 3, 1)), (0, 52, 60));
        assert_eq!(span(Days(255), (1978, 1, 3), (1978, 9, 15)), (1, 0, 255));
        assert_eq!(span(Months(6), (1978, 7, 15), (1979, 1, 15)), (1, 0, 180));
        assert_eq!(span(YEAR, (1978, 1, 17), (1979, 7, 17)), (1, 6, 12));
        assert_eq!(span(YEAR, (1978, 1, 3), (1980, 1, 3)), (2, 0, 12));
    }

    #[test]
    fn the_rest_of_a_year_is_days_unless_it_is_whole_months() {
        assert_eq!(span(UnitPeriod::YEAR, (2023, 10, 26), (2025, 11, 30)), (2, 35, 365));
        assert_eq!(span(UnitPeriod::YEAR, (2023, 10, 26), (2024, 9, 1)), (0, 311, 365));
        assert_eq!(span(UnitPeriod::YEAR, (2024, 2, 29), (2025, 2, 28)), (0, 365, 365));
    }

    #[test]
    fn days_before_the_first_full_month_are_calendar_days() {
        assert_eq!(span(UnitPeriod::Months(1), (2025, 1, 31), (2025, 3, 1)), (1, 1, 30));
        assert_eq!(span(UnitPeriod::Months(1), (2025, 1, 2), (2025, 2, 1)), (0, 30, 30));
        assert_eq!(span(UnitPeriod::Months(1), (2025, 1, 1), (2025, 1, 1)), (0, 0, 30));
    }

    /// (b)(3)(iv): all payments of a series at the ends of months have the same fraction.
    #[test]
    fn ends_of_months_are_a_month_apart() {
        let month = UnitPeriod::Months(1);
        for (from, rest) in [((2025, 1, 31), 0), ((2025, 1, 10), 21)] {
            let ends = series(&[(2025, 2, 28), (2025, 3, 31), (2025, 4, 30), (2025, 5, 31)]);
            for (full, end) in (1..).zip(ends) {
                assert_eq!(month.between(date(from), end), Span { full, part: rest, of: 30 });
            }
        }
        let ends = series(&[(2025, 2, 28), (2025, 3, 30), (2025, 4, 30)]);
        for (full, end) in (1..).zip(ends) {
            assert_eq!(month.between(date((2025, 1, 30)), end), Span { full, part: 0, of: 30 });
        }
    }
}
