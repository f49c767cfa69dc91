//! Percentiles.

use std::time::Duration;

use serde::Serialize;

/// How times are distributed, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Half of them are no longer than this.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// 99 in a hundred.
    pub p99: f64,
    /// The longest.
    pub worst: f64,
    /// How many there are.
    pub count: usize,
}

impl Spread {
    /// The headings of its cells.
    pub const HEADINGS: [&str; 4] = ["p50", "p90", "p99", "worst"];

    /// Of some times, by the nearest rank: each is a time that was measured. `None` of no times.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let mut sorted: Vec<f64> = times.into_iter().map(|time| time.as_secs_f64()).collect();
        sorted.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            let place = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(place - 1).copied()
        };
        Some(Self { p50: rank(50)?, p90: rank(90)?, p99: rank(99)?, worst: rank(100)?, count: sorted.len() })
    }

    /// Its cells, each in `unit` seconds, with so many decimals.
    pub fn cells(&self, unit: f64, decimals: usize) -> [String; 4] {
        [self.p50, self.p90, self.p99, self.worst].map(|secs| format!("{:.decimals$}", secs / unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let spread = Spread::of((1..=200).rev().map(Duration::from_secs)).expect("there are times");
        assert_eq!(spread, Spread { p50: 100.0, p90: 180.0, p99: 198.0, worst: 200.0, count: 200 });
        let one = Spread::of([Duration::from_secs(7)]).expect("there is a time");
        assert_eq!(one, Spread { p50: 7.0, p90: 7.0, p99: 7.0, worst: 7.0, count: 1 });
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn cells_are_in_the_unit_that_is_asked_for() {
        let spread = Spread::of([Duration::from_micros(1_500)]).expect("there is a time");
        assert_eq!(spread.cells(1.0, 3), ["0.002"; 4]);
        assert_eq!(spread.cells(1e-3, 1), ["1.5"; 4]);
    }
}
