//! Dates of a series and the day of the month that the series keeps (Appendix J (b)(3)(iv)).

use super::{Date, Flow};

/// The date of an advance or a payment, and the day of the month it stands for. A payment on 28 February of a series
/// on the last days of the months stands for the 31st.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub date: Date,
    day: u8,
}

impl Due {
    /// The same point of an earlier month.
    pub fn months_before(self, months: i32) -> Option<Date> {
        self.date.months_before(months, self.day)
    }
}

/// The flows that are larger than nothing, by date; those of one date are one. Their sum is no more than `MAX_CENTS`.
pub(super) fn in_order(flows: &[Flow]) -> Vec<(Due, u64)> {
    let mut flows: Vec<_> = flows.iter().copied().filter(|flow| flow.cents > 0).collect();
    flows.sort_by_key(|flow| flow.date);
    flows.dedup_by(|later, flow| {
        let same = later.date == flow.date;
        if same {
            flow.cents += later.cents;
        }
        same
    });
    let day = late_day(&flows);
    flows
        .iter()
        .map(|flow| {
            let date = flow.date;
            let day = if date.has_day(day) { day } else { date.day() };
            (Due { date, day }, flow.cents)
        })
        .collect()
}

/// The day from the 28th to the 31st that most dates of a series keep, a short month keeping it with its last day; the
/// earliest of several.
///
/// "If a series of payments (or advances) is scheduled for the last day of each month, months shall be measured from
/// the last day of the given month to the last day of another month. If payments (or advances) are scheduled for the
/// 29th or 30th of each month, the last day of February shall be used when applicable."
fn late_day(flows: &[Flow]) -> u8 {
    let kept = |day: u8| flows.iter().filter(|flow| flow.date.has_day(day)).count();
    (28..=31).rev().max_by_key(|day| kept(*day)).unwrap_or(31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(dates: &[(u16, u8, u8)]) -> Vec<u8> {
        let flow = |&(year, month, day): &_| Flow { date: Date::new(year, month, day).unwrap(), cents: 1 };
        in_order(&dates.iter().map(flow).collect::<Vec<_>>()).iter().map(|(due, _)| due.day).collect()
    }

    #[test]
    fn last_days_of_months_stand_for_the_31st() {
        assert_eq!(days(&[(2025, 2, 28), (2025, 3, 31), (2025, 4, 30)]), [31, 31, 31]);
        assert_eq!(days(&[(2025, 2, 15), (2025, 2, 28), (2025, 3, 15), (2025, 3, 31)]), [15, 31, 15, 31]);
    }

    #[test]
    fn the_29th_or_30th_is_kept_through_february() {
        assert_eq!(days(&[(2025, 1, 30), (2025, 2, 28), (2025, 3, 30)]), [30, 30, 30]);
        assert_eq!(days(&[(2025, 1, 29), (2025, 2, 28), (2025, 3, 29)]), [29, 29, 29]);
    }

    #[test]
    fn one_odd_payment_does_not_move_a_series() {
        assert_eq!(days(&[(2025, 1, 31), (2025, 2, 28), (2025, 3, 28), (2025, 4, 28)]), [31, 28, 28, 28]);
        assert_eq!(days(&[(2025, 2, 28)]), [28]);
        assert_eq!(days(&[(2025, 5, 1), (2025, 6, 1)]), [1, 1]);
    }
}
