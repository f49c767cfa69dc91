//! A day of the month: its number, or `last`.

use serde::{Deserialize, Deserializer, de};

/// How a calendar writes the last day of every month.
pub const LAST: u8 = 31;

/// Why a value is not a day of the month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a day of the month: write 1 to 31, or \"last\"")]
pub struct DayError(String);

/// A day of the month. The 29th, 30th and 31st are the last day of a month that is shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub u8);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Word(String),
        }
        let parsed = match Written::deserialize(deserializer)? {
            Written::Word(word) if word == "last" => Ok(Self(LAST)),
            Written::Word(word) => Err(DayError(format!("{word:?}"))),
            Written::Number(number) => u8::try_from(number)
                .ok()
                .filter(|day| (1..=LAST).contains(day))
                .map(Self)
                .ok_or_else(|| DayError(number.to_string())),
        };
        parsed.map_err(de::Error::custom)
    }
}

/// A day as people write it.
pub fn show(day: u8) -> String {
    if day == LAST { "last".to_owned() } else { day.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        day: Day,
    }

    #[test]
    fn a_day_is_a_number_or_the_last_one() {
        for (text, day) in [("1", 1), ("30", 30), ("31", 31), ("\"last\"", 31)] {
            let table: Table = toml::from_str(&format!("day = {text}")).unwrap();
            assert_eq!(table.day, Day(day));
        }
        assert_eq!((show(31), show(7)), ("last".to_owned(), "7".to_owned()));
        for text in ["0", "32", "-1", "\"first\"", "256"] {
            let wrong = toml::from_str::<Table>(&format!("day = {text}")).unwrap_err().to_string();
            assert!(wrong.contains("write 1 to 31"), "{text}: {wrong}");
        }
    }
}
