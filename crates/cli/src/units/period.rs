//! The time between due dates: `monthly` and `semi-monthly` follow the calendar, `weekly` and `10d` count seconds.

use latchkey_client::latchkey::state::{Calendar, CalendarUnit};

use super::duration::{self, DurationError};

const WEEK: u32 = 7 * 86_400;
const SEMI_MONTHLY: &str = "semi-monthly";

/// Periods that have a name. The first name of a period is the one that is shown.
const NAMES: [(&str, Period); 7] = [
    ("weekly", Period::Seconds(WEEK)),
    ("biweekly", Period::Seconds(2 * WEEK)),
    (SEMI_MONTHLY, Period::SemiMonthly),
    ("monthly", Period::Months(1)),
    ("quarterly", Period::Months(3)),
    ("semi-annually", Period::Months(6)),
    ("annually", Period::Months(12)),
];

/// The time between due dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Seconds(u32),
    Months(u32),
    /// Two days of every month.
    SemiMonthly,
}

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error(
        "{0:?} is not a period: write weekly, biweekly, semi-monthly, monthly, quarterly, semi-annually, annually, \
         months, such as \"2 months\", or a duration, such as 10d"
    )]
    Malformed(String),
}

impl Period {
    /// The period of a calendar.
    pub const fn of(calendar: &Calendar) -> Self {
        match calendar.unit {
            CalendarUnit::Seconds => Self::Seconds(calendar.every),
            CalendarUnit::Months => Self::Months(calendar.every),
            CalendarUnit::TwiceAMonth => Self::SemiMonthly,
        }
    }
}

/// The period of a text such as `monthly`, `2 months` or `10d`.
pub fn parse(text: &str) -> Result<Period, PeriodError> {
    if let Some((_, period)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Ok(*period);
    }
    let malformed = || PeriodError::Malformed(text.to_owned());
    if let Some((number, "month" | "months")) = text.split_once(' ') {
        return number.parse().map(Period::Months).map_err(|_| malformed());
    }
    duration::parse(text).map(Period::Seconds).map_err(|_: DurationError| malformed())
}

/// A period as a text that [`parse`] takes back.
pub fn show(period: Period) -> String {
    match (NAMES.iter().find(|(_, named)| *named == period), period) {
        (Some((name, _)), _) => (*name).to_owned(),
        (None, Period::Months(months)) => format!("{months} months"),
        (None, Period::Seconds(secs)) => duration::show(secs.into()),
        (None, Period::SemiMonthly) => SEMI_MONTHLY.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_shown() {
        for (text, period) in [
            ("weekly", Period::Seconds(604_800)),
            ("biweekly", Period::Seconds(1_209_600)),
            ("semi-monthly", Period::SemiMonthly),
            ("monthly", Period::Months(1)),
            ("2 months", Period::Months(2)),
            ("quarterly", Period::Months(3)),
            ("30d", Period::Seconds(30 * 86_400)),
            ("8s", Period::Seconds(8)),
        ] {
            assert_eq!(parse(text), Ok(period));
            assert_eq!(show(period), text);
        }
        assert_eq!((parse("1 month"), parse("7d")), (parse("monthly"), parse("weekly")));
        for text in ["bimonthly", "month", "1.5 months", "-1 months", "1  month", "Monthly"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
