//! Which unit-period a loan has (Appendix J (b)(4)).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::count::months_back;
use super::due::Due;
use super::{Date, UnitPeriod};

/// The shortest and the longest distance of two payments of a month that has two: 31 January to 15 February is 15
/// days, 15 to 28 February is 13, 1 to 16 March is 15, 15 January to 1 February is 17.
const HALF_MONTH: std::ops::RangeInclusive<i32> = 13..=17;

/// The unit-period of a loan that begins at `start`, or none if everything happens on that day.
pub(super) fn unit_period(start: Date, advances: &[Due], payments: &[Due]) -> Option<UnitPeriod> {
    if let ([_], [payment]) = (advances, payments) {
        return term(start, *payment);
    }
    let chains = [chain(start, advances), chain(start, payments)];
    let mut counts = BTreeMap::new();
    for unit in chains.iter().flat_map(Chain::periods) {
        *counts.entry(unit).or_insert(0_u32) += 1;
    }
    // (b)(4)(i) and (A): the most frequent common period, the smaller one of two. Of two equally long ones the order
    // of `UnitPeriod` decides.
    let common = counts.into_iter().filter(|(_, count)| *count > 1);
    common.max_by_key(|(unit, count)| (*count, Reverse((unit.days(), *unit)))).map(|(unit, _)| unit).or_else(
        || {
            // (b)(4)(i)(B): the average of all periods.
            let lengths: Vec<_> = chains.iter().flat_map(Chain::lengths).collect();
            nearest_standard(lengths.iter().sum(), i32::try_from(lengths.len()).ok()?)
        },
    )
}

/// (b)(4)(ii), (b)(5)(vi) and (vii): the unit-period of one advance and one payment is the term, up to a year. It is
/// counted in months if it is whole months, or else in days.
fn term(start: Date, payment: Due) -> Option<UnitPeriod> {
    match months_back(start, payment) {
        (0, 0) => None,
        (12.., _) => Some(UnitPeriod::YEAR),
        (months, 0) => Some(UnitPeriod::Months(u16::try_from(months).ok()?)),
        _ => Some(UnitPeriod::Days(u16::try_from(payment.date.unix_days() - start.unix_days()).ok()?)),
    }
}

/// The beginning of the term and the dates of the advances, or of the payments, after it.
struct Chain {
    start: Date,
    dates: Vec<Due>,
}

fn chain(start: Date, dates: &[Due]) -> Chain {
    Chain { start, dates: dates.iter().copied().filter(|due| due.date > start).collect() }
}

impl Chain {
    /// The date that a period begins with.
    fn begin(&self, index: usize) -> Date {
        index.checked_sub(1).map_or(self.start, |before| self.dates[before].date)
    }

    /// The length of every period in days.
    fn lengths(&self) -> impl Iterator<Item = i32> {
        self.dates.iter().enumerate().map(|(i, due)| due.date.unix_days() - self.begin(i).unix_days())
    }

    /// Every unit-period that a period equals: 10 February to 10 March may be a month and four weeks. A period is a
    /// number of days only if it is nothing else, because all months are equal (b)(3)(iv).
    fn periods(&self) -> impl Iterator<Item = UnitPeriod> {
        self.lengths().enumerate().flat_map(|(i, days)| {
            let months = match months_back(self.begin(i), self.dates[i]) {
                (months @ 1..=12, 0) => u16::try_from(months).ok().map(UnitPeriod::Months),
                _ => None,
            };
            let half = self.is_half_month(i, days).then_some(UnitPeriod::SemiMonth);
            let days = u16::try_from(days).ok().filter(|days| *days <= 365);
            let weeks = days.filter(|days| days.is_multiple_of(7)).map(|days| UnitPeriod::Weeks(days / 7));
            let known = months.or(half).or(weeks).is_some();
            let days = days.filter(|_| !known).map(UnitPeriod::Days);
            [months, half, weeks, days].into_iter().flatten()
        })
    }

    /// Whether a period and the one before it, or the one after it, make up a month of two halves.
    fn is_half_month(&self, index: usize, days: i32) -> bool {
        let month_to = |from: Date, to: &Due| months_back(from, *to) == (1, 0);
        let with_before = index > 0 && month_to(self.begin(index - 1), &self.dates[index]);
        let with_after = self.dates.get(index + 1).is_some_and(|next| month_to(self.begin(index), next));
        HALF_MONTH.contains(&days) && (with_before || with_after)
    }
}

/// The day, week, semimonth, month, or multiple of a week or a month up to a year that is nearest to `days / periods`,
/// the lower one of two.
fn nearest_standard(days: i32, periods: i32) -> Option<UnitPeriod> {
    let standard = [UnitPeriod::Days(1), UnitPeriod::SemiMonth]
        .into_iter()
        .chain((1..=52).map(UnitPeriod::Weeks))
        .chain((1..=12).map(UnitPeriod::Months));
    (periods > 0)
        .then(|| standard.min_by_key(|unit| ((unit.days() * periods - days).abs(), unit.days(), *unit)))
        .flatten()
}
