//! When instalments are due.

use super::calendar::{Date, add_months};
use crate::state::{Period, Terms};

/// When instalment `k`, counted from 0, is due.
pub fn due_at(terms: &Terms, k: u16) -> i64 {
    let k = i64::from(k) + i64::from(terms.deferred);
    match terms.period {
        Period::Seconds(secs) => terms.first_due.saturating_add(i64::from(secs) * k),
        Period::Months(months) => add_months(terms.first_due, i64::from(months) * k),
    }
}

/// How many instalments are due at `now`: instalment `k` is when `now >= due_at(k)`.
pub fn instalments_due(terms: &Terms, now: i64) -> u16 {
    if now < terms.first_due {
        return 0;
    }
    let passed = match terms.period {
        Period::Seconds(secs) => (now - terms.first_due) / i64::from(secs.max(1)),
        Period::Months(months) => {
            let months = i64::from(months.max(1));
            let apart = Date::from_unix(now).months() - Date::from_unix(terms.first_due).months();
            let k = apart / months;
            // In the month of a due date, it may still lie ahead.
            if add_months(terms.first_due, k * months) > now { k - 1 } else { k }
        }
    };
    let due = (passed + 1).saturating_sub(i64::from(terms.deferred)).max(0);
    u16::try_from(due).unwrap_or(u16::MAX).min(terms.count)
}

/// When the last instalment is due.
pub fn last_due(terms: &Terms) -> i64 {
    due_at(terms, terms.count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::terms;

    fn due_counted_one_by_one(terms: &Terms, now: i64) -> u16 {
        (0..terms.count).take_while(|k| now >= due_at(terms, *k)).count() as u16
    }

    #[test]
    fn counting_agrees_with_each_due_date_just_before_at_and_after_it() {
        for period in [Period::Seconds(1), Period::Seconds(604_800), Period::Months(1), Period::Months(5)] {
            // 2027-12-31 12:00 UTC, so that clamping and a leap February come into it.
            let terms = Terms { period, first_due: 1_830_254_400, count: 60, ..terms() };
            for k in 0..terms.count {
                for now in [-1, 0, 1].map(|step| due_at(&terms, k) + step) {
                    assert_eq!(
                        instalments_due(&terms, now),
                        due_counted_one_by_one(&terms, now),
                        "{period:?} {k}"
                    );
                }
            }
            assert_eq!(instalments_due(&terms, i64::MAX / 4), 60);
        }
    }
}
