//! The general equation and its solution (Appendix J (b)(6) to (b)(9)).

use super::count::Span;
use super::due::Due;
use super::{Date, MAX_APR_PPM, UnitPeriod};

/// The advances and payments of a loan at their distances from its beginning:
///
/// ```text
///             A_k                              P_j
/// sum ------------------------  =  sum ------------------------
///  k  (1 + e_k i) (1 + i)^q_k       j  (1 + f_j i) (1 + i)^t_j
/// ```
///
/// `i` is the rate of a unit-period; `q` and `t` count full unit-periods; `e` and `f` are fractions of one, for which
/// interest is simple (b)(6).
pub(super) struct Equation {
    per_year: f64,
    advances: Vec<(Span, f64)>,
    payments: Vec<(Span, f64)>,
}

impl Equation {
    pub fn new(unit: UnitPeriod, start: Date, advances: &[(Due, u64)], payments: &[(Due, u64)]) -> Self {
        let placed = |flows: &[(Due, u64)]| {
            flows.iter().map(|(due, cents)| (unit.between(start, *due), exact(*cents))).collect()
        };
        Self { per_year: unit.per_year(), advances: placed(advances), payments: placed(payments) }
    }

    /// The rate in parts per million a year that solves the equation, rounded to the nearest.
    ///
    /// Payments are worth more than advances at the rate of half a part per million below the answer, and no more at
    /// half a part above it. Bisection over whole parts finds that step, so that it needs neither a first guess nor a
    /// limit of iterations. A loan with an advance after a payment may have several solutions; this finds one.
    pub fn apr_ppm(&self) -> Option<u64> {
        let enough = |ppm: u64| self.surplus(exact(2 * ppm + 1) / 2e6) <= 0.0;
        let (mut low, mut high) = (0, 1);
        while !enough(high) {
            low = high + 1;
            high *= 2;
            if high > 2 * MAX_APR_PPM {
                return None;
            }
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if enough(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(low).filter(|ppm| *ppm <= MAX_APR_PPM)
    }

    /// What the payments are worth at the beginning of the term above what the advances are worth, in cents, at a rate
    /// of one year.
    pub fn surplus(&self, annual: f64) -> f64 {
        let rate = annual / self.per_year;
        let worth = |flows: &[(Span, f64)]| -> f64 {
            flows.iter().map(|(span, cents)| cents / growth(*span, rate)).sum()
        };
        worth(&self.payments) - worth(&self.advances)
    }
}

/// What one cent grows to over a span at a rate of a unit-period.
fn growth(span: Span, rate: f64) -> f64 {
    let fraction = f64::from(span.part) / f64::from(span.of);
    (1.0 + fraction * rate) * (1.0 + rate).powi(span.full)
}

/// A number up to 2^53 as the `f64` that equals it.
fn exact(number: u64) -> f64 {
    let (high, low) = (number >> 32, number & u64::from(u32::MAX));
    let half = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    half(high) * 4_294_967_296.0 + half(low)
}

#[cfg(test)]
mod tests {
    use super::super::Flow;
    use super::super::due::in_order;
    use super::*;

    /// What is still owed after the last payment by the rule of (a)(2), period by period: "at the end of each
    /// unit-period (or fractional unit-period) the unpaid balance of the amount financed is increased by the finance
    /// charge earned during that period and is decreased by the total payment (if any) made at the end of that
    /// period".
    fn left_over(lent: f64, first: Span, amounts: &[u64], rate: f64) -> f64 {
        let mut balance = lent;
        balance += balance * rate * f64::from(first.part) / f64::from(first.of);
        for _ in 0..first.full {
            balance += balance * rate;
        }
        for (k, amount) in amounts.iter().enumerate() {
            if k > 0 {
                balance += balance * rate;
            }
            balance -= exact(*amount);
        }
        balance
    }

    /// Loans of all lengths with unequal and skipped payments and odd first periods. At the rate found the payments
    /// are worth the advance, within half a part per million of every payment for every year until it. Half a part
    /// less leaves something over for the lender, half a part more leaves something unpaid.
    #[test]
    fn the_balance_ends_at_nothing_at_the_rate_found() {
        let mut seed = 1_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let units = [UnitPeriod::Months(1), UnitPeriod::Months(3), UnitPeriod::YEAR]
            .into_iter()
            .chain([1, 2, 4].map(UnitPeriod::Weeks))
            .chain([1, 10].map(UnitPeriod::Days));
        for unit in units {
            for count in [1, 2, 7, 24, 60, 360] {
                for wait in [0, 1, 17, 45, 400] {
                    let first = Date::new(2025, 1, 20).unwrap();
                    let start = Date::from_unix_days(i64::from(first.unix_days() - wait)).unwrap();
                    let amounts: Vec<_> =
                        (0..count).map(|k| draw(3) * u64::from(k > 0) * draw(50_000)).collect();
                    let last = 1_000_000 + draw(1_000_000);
                    let amounts = [amounts, vec![last]].concat();
                    let total: u64 = amounts.iter().sum();
                    let lent = total - draw(total / 2);
                    let flows: Vec<_> = (0..)
                        .zip(&amounts)
                        .map(|(k, cents)| Flow { date: after(unit, first, k), cents: *cents })
                        .collect();
                    let advance = in_order(&[Flow { date: start, cents: lent }]);
                    let equation = Equation::new(unit, start, &advance, &in_order(&flows));
                    let ppm = equation.apr_ppm().unwrap();

                    let span = unit.between(start, in_order(&[Flow { date: first, cents: 1 }])[0].0);
                    let unpaid = |ppm: f64| {
                        let rate = ppm * 1e-6 / unit.per_year();
                        let end = Span { full: span.full + count, ..span };
                        left_over(exact(lent), span, &amounts, rate) / growth(end, rate)
                    };
                    let years = (f64::from(span.full + count) + 1.0) / unit.per_year();
                    let at = exact(ppm);
                    assert!(
                        unpaid(at).abs() <= 0.5e-6 * exact(total) * years,
                        "{unit} {count} {wait}: {ppm}"
                    );
                    assert!(ppm == 0 || unpaid(at - 0.5) <= 1e-6, "{unit} {count} {wait}: {ppm}");
                    assert!(unpaid(at + 0.5) >= -1e-6, "{unit} {count} {wait}: {ppm}");
                }
            }
        }
    }

    /// The date so many unit-periods after another.
    fn after(unit: UnitPeriod, first: Date, k: u16) -> Date {
        match unit {
            UnitPeriod::Months(n) => first.months_before(-i32::from(n * k), first.day()).unwrap(),
            _ => Date::from_unix_days(i64::from(first.unix_days() + unit.days() * i32::from(k))).unwrap(),
        }
    }

    #[test]
    fn whole_numbers_are_exact() {
        assert_eq!(format!("{}", exact(1 << 53)), "9007199254740992");
        assert_eq!(format!("{}", exact((1 << 53) - 1)), "9007199254740991");
        assert_eq!(format!("{}", exact(4_294_967_297)), "4294967297");
    }
}
