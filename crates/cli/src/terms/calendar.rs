//! When instalments are due: period, day of the month and the borrower's time, as a terms file writes them.

use latchkey_client::latchkey::rules::calendar::Date;
use latchkey_client::latchkey::state::{Calendar, CalendarUnit};
use serde_json::{Value, json};

use super::{TermsError, wrong};
use crate::units::day::{self, Day};
use crate::units::period::{self, Period};
use crate::units::{date, utc_offset};

/// What a period does not go together with.
#[derive(Debug, thiserror::Error)]
enum CalendarError {
    #[error("a period of {0} counts from the first due date: leave this out")]
    CountsFromFirstDue(String),
    #[error("semi-monthly has two days: write days = [1, 15], or two others")]
    TwoDays,
    #[error("only semi-monthly has two days: write day")]
    OneDay,
}

/// The keys of a terms file that say when instalments are due.
pub struct WrittenCalendar<'a> {
    pub period: &'a str,
    pub day: Option<Day>,
    pub days: Option<[Day; 2]>,
    pub utc_offset: Option<&'a str>,
    /// The first due date as it is written.
    pub first_due: &'a str,
}

impl WrittenCalendar<'_> {
    /// The calendar of a loan whose first instalment is due at `first_due`, Unix seconds.
    ///
    /// Without `utc_offset` it is the offset that the first due date is written with, and without `day` the day of the
    /// month that the first due date falls on there.
    pub fn calendar(&self, first_due: i64) -> Result<Calendar, TermsError> {
        let period = period::parse(self.period).map_err(wrong("period"))?;
        let offset = match self.utc_offset {
            Some(text) => utc_offset::parse(text).map_err(wrong("utc_offset"))?,
            // A date that counts from now has none.
            None => date::parse_with_offset(self.first_due).map_or(0, |(_, offset)| offset),
        };
        match (period, self.day, self.days) {
            (Period::Seconds(secs), None, None) if self.utc_offset.is_none() => Ok(Calendar::seconds(secs)),
            (Period::Seconds(_), day, days) => {
                let key = match (day, days) {
                    (Some(_), _) => "day",
                    (None, Some(_)) => "days",
                    (None, None) => "utc_offset",
                };
                Err(wrong(key)(CalendarError::CountsFromFirstDue(period::show(period))))
            }
            (Period::Months(months), day, None) => {
                let local = Date::from_unix(first_due.saturating_add(i64::from(offset)));
                let day = day.map_or_else(|| u8::try_from(local.day).unwrap_or(day::LAST), |Day(day)| day);
                Ok(Calendar::months(months, day, offset))
            }
            (Period::Months(_), _, Some(_)) => Err(wrong("days")(CalendarError::OneDay)),
            (Period::SemiMonthly, None, Some([Day(first), Day(second)])) => {
                Ok(Calendar::twice_a_month(first, second, offset))
            }
            (Period::SemiMonthly, _, _) => Err(wrong("days")(CalendarError::TwoDays)),
        }
    }
}

/// The same keys of a calendar, as JSON.
pub fn calendar_json(calendar: &Calendar) -> [(&'static str, Value); 4] {
    let day = |day: u8| if day == day::LAST { json!("last") } else { json!(day) };
    let (one, two, offset) = match calendar.unit {
        CalendarUnit::Seconds => (Value::Null, Value::Null, Value::Null),
        CalendarUnit::Months => {
            (day(calendar.day), Value::Null, json!(utc_offset::show(calendar.utc_offset_secs)))
        }
        CalendarUnit::TwiceAMonth => (
            Value::Null,
            json!([day(calendar.day), day(calendar.second_day)]),
            json!(utc_offset::show(calendar.utc_offset_secs)),
        ),
    };
    [
        ("period", json!(period::show(Period::of(calendar)))),
        ("day", one),
        ("days", two),
        ("utc_offset", offset),
    ]
}

/// A calendar in a few words.
pub fn calendar_in_words(calendar: &Calendar) -> String {
    let period = period::show(Period::of(calendar));
    match calendar.unit {
        CalendarUnit::Seconds => period,
        CalendarUnit::Months => format!("{period}, on day {}", day::show(calendar.day)),
        CalendarUnit::TwiceAMonth => {
            format!("{period}, on days {} and {}", day::show(calendar.day), day::show(calendar.second_day))
        }
    }
}
