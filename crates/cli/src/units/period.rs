//! The time between due dates: `1 month` follows the calendar, `14d` counts seconds.

use latchkey_client::latchkey::state::Period;

use super::duration::{self, DurationError};

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("{0:?} is not a period: write calendar months, such as \"1 month\", or a duration, such as 14d")]
    Malformed(String),
}

/// The period of a text such as `1 month`, `3 months` or `14d`.
pub fn parse(text: &str) -> Result<Period, PeriodError> {
    let malformed = || PeriodError::Malformed(text.to_owned());
    if let Some((number, "month" | "months")) = text.split_once(' ') {
        return number.parse().map(Period::Months).map_err(|_| malformed());
    }
    duration::parse(text).map(Period::Seconds).map_err(|_: DurationError| malformed())
}

/// A period as a text that [`parse`] takes back.
pub fn show(period: Period) -> String {
    match period {
        Period::Months(1) => "1 month".to_owned(),
        Period::Months(months) => format!("{months} months"),
        Period::Seconds(secs) => duration::show(secs.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_shown() {
        for (text, period) in [
            ("1 month", Period::Months(1)),
            ("3 months", Period::Months(3)),
            ("14d", Period::Seconds(14 * 86_400)),
            ("8s", Period::Seconds(8)),
        ] {
            assert_eq!(parse(text), Ok(period));
            assert_eq!(show(period), text);
        }
        for text in ["monthly", "month", "1.5 months", "300 months", "1  month"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
