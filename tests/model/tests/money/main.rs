//! The model's own arithmetic: against published and reported cases, against the properties that the contract
//! promises, and with the mistakes of the past, which the properties must find.

mod calendar;
mod field;
mod history;
mod mutations;
mod properties;
mod published;

use latchkey_tests_model::arithmetic::{Calendar, Plan};

/// A day in seconds.
pub const DAY: i64 = 86_400;

/// The second at which a day begins, UTC.
pub fn date(year: i32, month: u32, day: u32) -> i64 {
    let date = chrono::NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    date.and_hms_opt(0, 0, 0).expect("a time").and_utc().timestamp()
}

/// A loan in cents, paid monthly on the day of its first due date.
pub fn monthly(principal: u64, apr_ppm: u32, instalment: u64, count: u16, first: (i32, u32, u32)) -> Plan {
    Plan {
        principal,
        apr_ppm,
        instalment,
        count,
        first_due: date(first.0, first.1, first.2),
        calendar: Calendar::Months { every: 1, day: u8::try_from(first.2).expect("a day"), offset: 0 },
        deferred: 0,
        late_fee: 2_500,
        late_after: 10 * DAY,
        pays_ahead: false,
    }
}
