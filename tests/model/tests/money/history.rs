//! What happens to a loan: money that arrives, and looks of whoever looks.

use latchkey_tests_model::arithmetic::{Books, Calendar, Habits, Plan};
use proptest::prelude::*;
use proptest::sample::select;

use crate::{DAY, date};

/// 20 January 2027.
pub const START: i64 = 1_800_403_200;

/// Money and looks, each with its time.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub deposits: Vec<(i64, u64)>,
    pub looks: Vec<i64>,
}

/// Looks as often as one call is not enough.
pub fn look(books: &mut Books, now: i64) {
    while !books.advance(now) {}
    assert!(books.adds_up(), "the wallet adds up: {books:?}");
}

impl History {
    /// Lives through it, in the order of time; in one second the looks come first. Ends with a look at `end`.
    pub fn live(&self, plan: Plan, habits: Habits, end: i64) -> Books {
        let mut books = Books::open(plan, START);
        books.habits = habits;
        let looks = self.looks.iter().map(|at| (*at, None));
        let deposits = self.deposits.iter().map(|(at, amount)| (*at, Some(*amount)));
        let mut all: Vec<_> = looks.chain(deposits).filter(|(at, _)| *at <= end).collect();
        all.sort_unstable();
        for (index, (at, amount)) in all.into_iter().enumerate() {
            match amount {
                Some(amount) => books.deposit(amount),
                None => look(&mut books, at),
            }
            if index % 3 == 0 {
                books.send();
            }
        }
        look(&mut books, end);
        books
    }
}

/// What the loan has cost beyond what was lent.
pub fn cost(books: &Books) -> i128 {
    let paid = books.principal_paid + books.interest_paid + books.fees_paid;
    books.payoff(books.looked_at) + paid - i128::from(books.plan.principal)
}

pub fn any_calendar() -> impl Strategy<Value = Calendar> {
    prop_oneof![
        3 => (3_600..40 * 86_400_u32).prop_map(Calendar::Seconds),
        2 => (1..=3_u32, 1..=31_u8, -14..=14_i32).prop_map(|(every, day, zone)| Calendar::Months { every, day, offset: zone * 3_600 }),
        2 => (1..=27_u8, 1..20_u8, -14..=14_i32).prop_map(|(first, apart, zone)| Calendar::TwiceAMonth {
            first, second: (first + apart).min(31), offset: zone * 3_600,
        }),
    ]
}

/// Plans of every shape.
pub fn any_plan() -> impl Strategy<Value = Plan> {
    let principal = prop_oneof![1..100_u64, 1_000..100_000_u64, 1_000_000..100_000_000_000_000_u64];
    let rate = prop_oneof![Just(0_u32), 1..400_000_u32, Just(38_750), Just(1_000_000)];
    let late = (select(vec![0_u64, 1, 25, 2_500]), 1..20 * DAY);
    (principal, rate, any_calendar(), late, 1..30_u16, 20..300_u64, any::<bool>(), 1..60 * DAY).prop_map(
        |(principal, apr_ppm, calendar, (late_fee, late_after), count, share, pays_ahead, first)| {
            let first_due = calendar.after(START + first, 0);
            let first_due = if first_due > START { first_due } else { calendar.after(START + first, 2) };
            let instalment = (principal / u64::from(count) * share / 100).max(1);
            Plan {
                principal,
                apr_ppm,
                instalment,
                count,
                first_due,
                calendar,
                deferred: 0,
                late_fee,
                late_after,
                pays_ahead,
            }
        },
    )
}

/// Some seconds of a loan's life and a little beyond: near moments, or anywhere.
pub fn any_times(most: usize) -> impl Strategy<Value = Vec<(u16, i64)>> {
    let near = prop_oneof![2 => -1..=1_i64, 3 => -20 * DAY..20 * DAY];
    prop::collection::vec((0..34_u16, near), 0..most)
}

/// The seconds of [`any_times`] in a plan.
pub fn seconds(plan: &Plan, times: &[(u16, i64)]) -> Vec<i64> {
    let second = |(k, near): &(u16, i64)| {
        let k = k % (plan.count + 3);
        let late = if near % 2 == 0 { plan.late_after } else { 0 };
        (plan.calendar.after(plan.first_due, u32::from(k)) + late + near).max(START)
    };
    times.iter().map(second).collect()
}

/// Some while after the last due date.
pub fn end(plan: &Plan) -> i64 {
    plan.last_due() + plan.late_after + 400 * DAY
}

#[test]
fn the_start_is_a_date() {
    assert_eq!(START, date(2027, 1, 20));
}
