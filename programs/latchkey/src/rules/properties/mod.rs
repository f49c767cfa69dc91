//! Properties of the money rules, each tried on thousands of histories. The histories are random, and the same in every run.

mod closed_form;
mod collecting;
mod extremes;
mod model;
mod splitting;

use super::ledger::Wallet;
use super::payments::collect;
use super::schedule::{due_at, last_due};
use crate::fixtures;
use crate::state::{Calendar, Loan, Overpayment, Terms};

/// 2026-01-01T00:00:00Z.
const SIGNED: i64 = 1_767_225_600;

/// Random numbers from a seed. SplitMix64, by Sebastiano Vigna (public domain).
pub(crate) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end - 1`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// From `from` to `to`, both included.
    fn time(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from).max(0) as u64 + 1) as i64
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// True in one of `n` cases.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Terms with `count` instalments at most, on every kind of calendar, some with the late fee in the second of a due date.
    fn terms(&mut self, count: u64) -> Terms {
        let count = 1 + self.below(count) as u16;
        let principal = self.one_of(&[1, 999, 10_000, 1_200_000, 12_000_000_000]);
        let every = self.one_of(&[1, 60, 86_400, 604_800]);
        let calendar = self.one_of(&[
            Calendar::seconds(every),
            Calendar::seconds(every),
            Calendar::months(1, 31, -5 * 3_600),
            Calendar::twice_a_month(1, 15, 0),
        ]);
        // The last day of January, the first day of February: days of these calendars where the borrower lives.
        let first_due = match calendar.day {
            31 => SIGNED + 31 * 86_400,
            1 => SIGNED + 31 * 86_400 + 3_600,
            _ => SIGNED + 1 + self.below(2 * u64::from(every)) as i64,
        };
        let level = principal / u64::from(count) + 1;
        let instalment = self.one_of(&[level, level + level / 8, level / 2 + 1, 2 * principal]);
        Terms {
            principal,
            apr_ppm: self.one_of(&[0, 1, 38_750, 180_000, 1_000_000]),
            instalment,
            count,
            first_due,
            calendar,
            late_fee: self.one_of(&[0, 1, principal / 100]),
            late_after_secs: self.one_of(&[1, every, 2 * every, 864_000]),
            grace_secs: self.one_of(&[1, every, 1_296_000]),
            overpayment: self.one_of(&[Overpayment::ReducePrincipal, Overpayment::PayAhead]),
            ..fixtures::terms()
        }
    }

    /// A new loan on such terms.
    fn loan(&mut self, count: u64) -> Loan {
        signed(self.terms(count))
    }

    /// A time of the loan's life, or a while after; often a moment of its walk, or a second beside one.
    fn moment(&mut self, terms: &Terms) -> i64 {
        let due = due_at(terms, self.below(u64::from(terms.count)) as u16);
        let beside = self.time(-1, 1);
        match self.below(3) {
            0 => due + beside,
            1 => due + i64::from(terms.late_after_secs) + beside,
            _ => self.time(SIGNED, last_due(terms) + 4 * 864_000),
        }
    }

    /// Such times in order, up to `count` of them.
    fn moments(&mut self, terms: &Terms, count: u64) -> Vec<i64> {
        let mut moments: Vec<_> = (0..self.below(count + 1)).map(|_| self.moment(terms)).collect();
        moments.sort_unstable();
        moments
    }

    /// Money for the wallet: nothing, a part of an instalment, or a few of them.
    fn amount(&mut self, terms: &Terms) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => self.below(terms.instalment + 1),
            2 => terms.instalment,
            _ => self.below(4) * terms.instalment,
        }
    }
}

/// A loan signed at [`SIGNED`].
fn signed(terms: Terms) -> Loan {
    let mut loan = fixtures::loan(terms);
    (loan.opened_at, loan.ledger.as_of) = (SIGNED, SIGNED);
    loan
}

/// Looks at the loan as often as it takes to come to `now`.
fn look_through(loan: &mut Loan, wallet: u64, now: i64) {
    collect(loan, Wallet(wallet), now).unwrap();
    while loan.ledger.as_of < now {
        collect(loan, Wallet(wallet), now).unwrap();
    }
}
