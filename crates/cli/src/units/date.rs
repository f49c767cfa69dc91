//! Dates: RFC 3339 outside, Unix seconds inside. `+30d` counts from now, by the chain's clock.

use std::str::FromStr;

use latchkey_client::latchkey::rules::calendar::{DAY, Date, days_in_month};

use super::{duration, utc_offset};

/// Why a text is not a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error(
        "{0:?} is not a date: write RFC 3339 to the second with its offset, such as 2027-01-15T12:00:00Z, or +30d from now"
    )]
    Malformed(String),
    #[error("{0:?} names a day or time that does not exist: check month, day and time of day")]
    NoSuchDay(String),
}

/// A date, or a time from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Unix seconds.
    At(i64),
    /// Seconds from now.
    In(u32),
}

impl When {
    /// Unix seconds, counted from `now`.
    pub fn from(self, now: i64) -> i64 {
        match self {
            Self::At(time) => time,
            Self::In(secs) => now.saturating_add(i64::from(secs)),
        }
    }
}

impl FromStr for When {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        match text.strip_prefix('+') {
            Some(offset) => {
                duration::parse(offset).map(Self::In).map_err(|_| DateError::Malformed(text.to_owned()))
            }
            None => parse(text).map(Self::At),
        }
    }
}

/// Unix seconds of an RFC 3339 date to the second, with its offset from UTC.
pub fn parse(text: &str) -> Result<i64, DateError> {
    parse_with_offset(text).map(|(time, _)| time)
}

/// The same, and the offset as it is written, seconds ahead of UTC.
pub fn parse_with_offset(text: &str) -> Result<(i64, i32), DateError> {
    let malformed = || DateError::Malformed(text.to_owned());
    let bytes = text.as_bytes();
    let number = |at: usize, len: usize| -> Result<i64, DateError> {
        let digits = bytes.get(at..at + len).ok_or_else(malformed)?;
        digits.iter().try_fold(0, |number, byte| match byte {
            b'0'..=b'9' => Ok(number * 10 + i64::from(byte - b'0')),
            _ => Err(malformed()),
        })
    };
    let mark = |at: usize, marks: &[u8]| match bytes.get(at) {
        Some(byte) if marks.contains(byte) => Ok(()),
        _ => Err(malformed()),
    };
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    mark(4, b"-")?;
    mark(7, b"-")?;
    mark(10, b"Tt ")?;
    mark(13, b":")?;
    mark(16, b":")?;
    let offset = match (bytes.get(19), bytes.len()) {
        (Some(b'Z' | b'z'), 20) => 0,
        (Some(sign @ (b'+' | b'-')), 25) => {
            mark(22, b":")?;
            let (hours, minutes) = (number(20, 2)?, number(23, 2)?);
            if hours > 23 || minutes > 59 {
                return Err(DateError::NoSuchDay(text.to_owned()));
            }
            let secs = hours * 3_600 + minutes * 60;
            if *sign == b'+' { secs } else { -secs }
        }
        _ => return Err(malformed()),
    };
    let day_exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    if !day_exists || hour > 23 || minute > 59 || second > 59 {
        return Err(DateError::NoSuchDay(text.to_owned()));
    }
    let local = Date { year, month, day }.days() * DAY + hour * 3_600 + minute * 60 + second;
    let seconds = i32::try_from(offset).map_err(|_| malformed())?;
    Ok((local - offset, seconds))
}

/// Unix seconds as RFC 3339, where the time is `offset` seconds ahead of UTC.
pub fn show_at(time: i64, offset: i32) -> String {
    let utc = show(time.saturating_add(i64::from(offset)));
    if offset == 0 { utc } else { format!("{}{}", utc.trim_end_matches('Z'), utc_offset::show(offset)) }
}

/// Unix seconds as RFC 3339 in UTC.
pub fn show(time: i64) -> String {
    let Date { year, month, day } = Date::from_unix(time);
    let second = time.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_shown() {
        for (text, time) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2027-01-15T12:00:00Z", 1_800_014_400),
        ] {
            assert_eq!(parse(text), Ok(time), "{text}");
            assert_eq!(show(time), text);
        }
        assert_eq!(parse("2027-01-15T14:30:00+02:30"), Ok(1_800_014_400));
        assert_eq!(parse("2027-01-15t07:00:00-05:00"), Ok(1_800_014_400));
    }

    #[test]
    fn a_date_is_shown_where_the_borrower_lives() {
        let text = "2027-01-30T23:59:59-05:00";
        assert_eq!(parse_with_offset(text), Ok((1_801_371_599, -18_000)));
        assert_eq!(show_at(1_801_371_599, -18_000), text);
        assert_eq!(show_at(1_801_371_599, 0), "2027-01-31T04:59:59Z");
    }

    #[test]
    fn an_offset_counts_from_now() {
        assert_eq!("+30d".parse::<When>().map(|when| when.from(1_000)), Ok(1_000 + 30 * DAY));
        assert_eq!("1970-01-01T00:00:09Z".parse::<When>().map(|when| when.from(1_000)), Ok(9));
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "2027-01-15",
            "2027-01-15T12:00:00",
            "15.01.2027",
            "2027-1-5T12:00:00Z",
            "2027-01-15T12:00:00Zz",
            "2027-01-15T12:00Z",
            "+30",
            "tomorrow",
        ] {
            assert_eq!(text.parse::<When>(), Err(DateError::Malformed(text.to_owned())), "{text:?}");
        }
        for text in
            ["2027-02-29T12:00:00Z", "2027-13-01T12:00:00Z", "2027-01-00T12:00:00Z", "2027-01-15T24:00:00Z"]
        {
            assert_eq!(parse(text), Err(DateError::NoSuchDay(text.to_owned())), "{text:?}");
        }
    }
}
