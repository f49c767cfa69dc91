use chrono::{DateTime, Months};
use latchkey::state::{Period, Terms};

/// When instalment `k`, counted from 0, is due.
pub fn due(terms: &Terms, k: u16) -> i64 {
    let periods = u32::from(k) + u32::from(terms.deferred);
    match terms.period {
        Period::Seconds(seconds) => terms.first_due + i64::from(periods) * i64::from(seconds),
        // Always from the first date, so that a clamped February does not shorten the months after it.
        Period::Months(months) => DateTime::from_timestamp(terms.first_due, 0)
            .and_then(|first| first.checked_add_months(Months::new(periods * u32::from(months))))
            .expect("a date of this calendar")
            .timestamp(),
    }
}

/// How many instalments are due at `now`.
pub fn fallen_due(terms: &Terms, now: i64) -> u16 {
    // Due dates rise, so a binary search finds the boundary.
    let (mut due_by_now, mut later) = (0, terms.count);
    while due_by_now < later {
        let middle = due_by_now + (later - due_by_now) / 2;
        if due(terms, middle) <= now {
            due_by_now = middle + 1;
        } else {
            later = middle;
        }
    }
    later
}
