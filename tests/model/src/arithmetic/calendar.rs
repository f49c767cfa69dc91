use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime};

/// When instalments fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Every so many seconds.
    Seconds(u32),
    /// On a day of every so many months; 31 is the last day.
    Months { every: u32, day: u8, offset: i32 },
    /// On two days of every month.
    TwiceAMonth { first: u8, second: u8, offset: i32 },
}

/// A time as the borrower's clock shows it.
fn local(time: i64, offset: i32) -> NaiveDateTime {
    DateTime::from_timestamp(time + i64::from(offset), 0).expect("a date of this calendar").naive_utc()
}

/// The day of the month that is meant by `day`, for a month that may be too short for it.
fn day_of(month: NaiveDate, day: u8) -> NaiveDate {
    let first = month.with_day(1).expect("every month has a first");
    let last = first + Months::new(1) - Days::new(1);
    first.with_day(u32::from(day)).unwrap_or(last)
}

impl Calendar {
    /// The due date that lies `steps` after `first`.
    pub fn after(&self, first: i64, steps: u32) -> i64 {
        let (offset, date) = match *self {
            Self::Seconds(every) => return first + i64::from(every) * i64::from(steps),
            Self::Months { every, day, offset } => {
                let month =
                    local(first, offset).date().with_day(1).expect("a first") + Months::new(every * steps);
                (offset, day_of(month, day))
            }
            Self::TwiceAMonth { first: early, second, offset } => {
                let start = local(first, offset).date();
                let late = u32::from(start.day() != u32::from(early));
                let month = start.with_day(1).expect("a first") + Months::new(u32::midpoint(late, steps));
                (offset, day_of(month, if (late + steps).is_multiple_of(2) { early } else { second }))
            }
        };
        let then = date.and_time(local(first, offset).time());
        then.and_utc().timestamp() - i64::from(offset)
    }

    /// Whether a schedule of this calendar can begin at `first`.
    pub fn can_begin_at(&self, first: i64) -> bool {
        match *self {
            Self::Seconds(_) => true,
            Self::Months { day, offset, .. } => {
                let date = local(first, offset).date();
                date == day_of(date, day)
            }
            Self::TwiceAMonth { first: early, second, offset } => {
                let date = local(first, offset).date();
                date == day_of(date, early) || date == day_of(date, second)
            }
        }
    }

    /// Whether there can be such a calendar.
    pub fn is_sound(&self) -> bool {
        let zone = |offset: i32| offset.abs() <= 14 * 3_600;
        match *self {
            Self::Seconds(every) => (1..=366 * 86_400).contains(&every),
            Self::Months { every, day, offset } => {
                (1..=12).contains(&every) && (1..=31).contains(&day) && zone(offset)
            }
            Self::TwiceAMonth { first, second, offset } => {
                (1..=27).contains(&first) && first < second && second <= 31 && zone(offset)
            }
        }
    }

    /// Whether an instalment falls due weekly or more often.
    pub fn is_weekly(&self) -> bool {
        matches!(self, Self::Seconds(every) if *every <= 7 * 86_400)
    }
}
