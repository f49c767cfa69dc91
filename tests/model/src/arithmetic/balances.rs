use num_bigint::BigInt;
use num_rational::BigRational;

/// Parts of a unit: a principal of one unit at one part per million a year earns one of them a second.
pub const PARTS: i128 = 365 * 86_400 * 1_000_000;

/// An exact amount of interest, in [`PARTS`] of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(pub i128);

impl Exact {
    /// Simple interest, Actual/365: `principal` at `apr_ppm` for `seconds`.
    pub fn interest(principal: i128, apr_ppm: u32, seconds: i64) -> Self {
        Self(principal * i128::from(apr_ppm) * i128::from(seconds))
    }

    /// Whole units in it: what has not become a unit cannot be paid yet.
    pub fn units(self) -> i128 {
        self.0.div_euclid(PARTS)
    }

    /// What is left beyond the whole units.
    pub fn rest(self) -> i128 {
        self.0.rem_euclid(PARTS)
    }

    /// As a rational number of units.
    pub fn rational(self) -> BigRational {
        BigRational::new(BigInt::from(self.0), BigInt::from(PARTS))
    }
}

/// A principal, its rate, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Balance {
    since: i64,
    principal: i128,
    apr_ppm: u32,
}

/// Every principal that was ever owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balances {
    history: Vec<Balance>,
}

impl Balances {
    /// Lent at `now`.
    pub fn lent(principal: i128, apr_ppm: u32, now: i64) -> Self {
        Self { history: vec![Balance { since: now, principal, apr_ppm }] }
    }

    fn latest(&self) -> Balance {
        *self.history.last().expect("something was lent")
    }

    /// What is owed now.
    pub fn principal(&self) -> i128 {
        self.latest().principal
    }

    /// From `now` on, this principal is owed.
    pub fn owe(&mut self, principal: i128, now: i64) {
        let apr_ppm = self.latest().apr_ppm;
        self.change(Balance { since: now, principal, apr_ppm });
    }

    /// From `now` on, this is the rate.
    pub fn charge(&mut self, apr_ppm: u32, now: i64) {
        let principal = self.latest().principal;
        self.change(Balance { since: now, principal, apr_ppm });
    }

    fn change(&mut self, next: Balance) {
        let latest = self.latest();
        if (latest.principal, latest.apr_ppm) == (next.principal, next.apr_ppm) {
            return;
        }
        assert!(next.since >= latest.since, "what was owed is not changed afterwards");
        if next.since == latest.since {
            self.history.pop();
        }
        self.history.push(next);
    }

    /// All interest that was earned by `now`.
    pub fn earned(&self, now: i64) -> Exact {
        let ends = self.history.iter().skip(1).map(|balance| balance.since.min(now)).chain([now]);
        let earned = self.history.iter().zip(ends).filter(|(balance, end)| *end > balance.since).map(
            |(balance, end)| {
                let Balance { since, principal, apr_ppm } = *balance;
                Exact::interest(principal, apr_ppm, end - since).0
            },
        );
        Exact(earned.sum())
    }
}
