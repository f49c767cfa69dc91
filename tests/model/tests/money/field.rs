//! The cases from the field that are about money, by their numbers.

use latchkey_tests_model::arithmetic::{Books, Calendar, Plan, Refused};

use crate::history::look;
use crate::{DAY, date, monthly};

/// What each payment is, and what is owed after it, if the wallet holds it on its date.
fn payments(plan: Plan, opened: i64) -> (Books, Vec<(i128, i128)>) {
    let mut books = Books::open(plan, opened);
    let mut rows = Vec::new();
    for k in 0..plan.count {
        let at = plan.due(k);
        look(&mut books, at);
        let payment = books.past_due(at);
        books.deposit(u64::try_from(payment).expect("a sum"));
        look(&mut books, at);
        rows.push((payment, books.principal()));
    }
    (books, rows)
}

#[test]
fn m3_six_payments_of_a_thousand_at_ten_percent() {
    let plan = monthly(100_000, 100_000, 17_155, 6, (2024, 2, 1));
    let (books, rows) = payments(plan, date(2024, 1, 1));
    let paid: Vec<_> = rows.iter().map(|row| row.0).collect();
    assert_eq!(paid, [17_155, 17_155, 17_155, 17_155, 17_155, 17_153]);
    assert_eq!(books.interest_paid, 2_928, "the finance charge");
    // In six decimals the last payment is 171.537124.
    let fine = Plan { principal: 1_000_000_000, instalment: 171_550_000, ..plan };
    let (books, rows) = payments(fine, date(2024, 1, 1));
    assert_eq!((rows[5].0, books.interest_paid), (171_537_124, 29_287_124));
}

/// Six decimals to the nearest cent.
pub fn cents(units: i128) -> i128 {
    (units + 5_000) / 10_000
}

#[test]
fn m4_thirteen_payments_whose_last_is_small() {
    let plan = monthly(100_000_000_000, 145_000, 9_003_000_000, 13, (2023, 12, 5));
    let mut books = Books::open(plan, date(2023, 11, 3));
    assert_eq!(cents(books.interest(plan.due(0))), 127_123, "32 days");
    let (_, rows) = payments(plan, date(2023, 11, 3));
    assert_eq!(cents(rows[0].1), 9_226_823);
    assert_eq!(cents(rows[12].0), 8_731);
    books.deposit(9_003_000_000);
    look(&mut books, plan.due(0) + 3 * DAY);
    assert_eq!(cents(books.principal()), 9_226_823, "though it was collected later");
}

fn twelve() -> Plan {
    // 12 payments of $1,099.73 in six decimals.
    monthly(12_000_000_000, 180_000, 1_099_730_000, 12, (2026, 2, 1))
}

#[test]
fn m7_ten_days_late_collections_cost_nothing() {
    let plan = twelve();
    let opened = date(2026, 1, 1);
    let (books, rows) = payments(plan, opened);
    let total: i128 = rows.iter().map(|row| row.0).sum();
    assert_eq!(total / 10_000, 1_319_675, "13,196.75…");
    let mut late = Books::open(plan, opened);
    for (k, (payment, _)) in (0..).zip(&rows) {
        // The money is there on the date; somebody collects ten days later.
        look(&mut late, plan.due(k) - DAY);
        late.deposit(u64::try_from(*payment).expect("a sum"));
        look(&mut late, plan.due(k) + 10 * DAY);
    }
    assert_eq!(late.interest_paid, books.interest_paid);
    assert_eq!((late.payoff(late.looked_at), late.fees_paid), (0, 0));
}

#[test]
fn m9_a_fee_that_is_open_makes_nothing_past_due() {
    let plan = Plan { late_after: 1, ..twelve() };
    let mut books = Books::open(plan, date(2026, 1, 1));
    look(&mut books, plan.due(0) + 3_599);
    books.deposit(plan.instalment);
    look(&mut books, plan.due(0) + 3_600);
    assert_eq!(books.fees, 2_500, "an hour late");
    let stands = books.standing(plan.due(1) - 1).expect("a few moments");
    assert_eq!((stands.past_due, stands.oldest_due), (0, None));
}

#[test]
fn m12_a_prepayment_and_a_payoff_in_one_second_pay_interest_once() {
    let plan = twelve();
    let now = date(2026, 1, 20);
    let mut books = Books::open(plan, date(2026, 1, 1));
    let owed = books.payoff(now);
    books.deposit(13_000_000_000);
    books.prepay(5_000_000_000, 0, now).expect("it is there");
    let interest = books.interest_paid;
    assert_eq!(books.pay_off(true, None, now), Ok(0));
    assert_eq!(books.interest_paid, interest, "interest once");
    assert_eq!(books.payoff(now), 0);
    assert_eq!(books.principal_paid + books.interest_paid, owed);
    assert_eq!(books.free(), 13_000_000_000 - owed);
}

#[test]
fn m16_money_between_two_looks_counts_from_the_first() {
    let plan = twelve();
    let opened = date(2026, 1, 1);
    let (found, arrived) = (plan.due(0) - DAY, plan.due(0));
    let end = plan.due(0) + 5 * DAY;
    let mut daily = Books::open(plan, opened);
    look(&mut daily, found);
    daily.deposit(plan.instalment);
    let mut rarely = daily.clone();
    look(&mut daily, arrived);
    look(&mut daily, end);
    look(&mut rarely, end);
    assert!(rarely.payoff(end) <= daily.payoff(end));
    // The same if the instalment was due before both: a look in between may even charge a fee, one that comes late
    // may not.
    let (found, end) = (plan.late(0) - DAY, plan.late(0) + 5 * DAY);
    let mut late = Books::open(plan, opened);
    look(&mut late, found);
    let mut rarely = late.clone();
    look(&mut late, plan.late(0));
    for books in [&mut late, &mut rarely] {
        books.deposit(plan.instalment);
        look(books, end);
    }
    assert!(rarely.payoff(end) < late.payoff(end));
    assert_eq!((rarely.fees, late.fees), (0, 2_500));
}

#[test]
fn m17_an_open_fee_takes_nothing_from_the_next_instalment() {
    let plan = twelve();
    let mut books = Books::open(plan, date(2026, 1, 1));
    look(&mut books, plan.late(0));
    books.deposit(plan.instalment);
    look(&mut books, plan.late(0) + 1);
    assert_eq!((books.fees, books.free()), (2_500, 0));
    books.deposit(plan.instalment);
    look(&mut books, plan.due(1) - 2 * DAY);
    assert_eq!(books.free(), i128::from(plan.instalment), "nothing is taken before it is due");
    look(&mut books, plan.late(1) + DAY);
    assert_eq!((books.fees, books.past_due(plan.late(1) + DAY)), (2_500, 0), "no new fee, no default");
}

#[test]
fn m18_the_second_it_is_due_is_on_time() {
    let plan = twelve();
    let mut books = Books::open(plan, date(2026, 1, 1));
    look(&mut books, plan.due(0));
    let in_time = books.clone();
    books.deposit(plan.instalment);
    look(&mut books, plan.late(0) + 20 * DAY);
    assert_eq!(books.fees, 0);
    let mut before = in_time;
    before.deposit(plan.instalment);
    look(&mut before, plan.due(0));
    look(&mut before, plan.late(0) + 20 * DAY);
    assert_eq!(books.stands(), before.stands());
}

#[test]
fn m19_who_pays_a_loan_off_for_another_takes_only_what_is_due() {
    let plan = Plan { apr_ppm: 0, ..twelve() };
    let mut books = Books::open(plan, date(2026, 1, 1));
    books.deposit(12_000_000_000);
    let now = plan.due(0);
    assert_eq!(books.clone().pay_off(false, None, now), Err(Refused::NoTokens));
    let brought = books.pay_off(false, Some(u64::MAX), now).expect("the payer has it");
    assert_eq!(brought, 12_000_000_000 - plan.instalment);
    assert_eq!(books.free(), 12_000_000_000 - i128::from(plan.instalment), "it stays the borrower's");
    assert_eq!(books.send(), 12_000_000_000);
}

#[test]
fn no_call_walks_through_more_than_32_moments_and_none_is_lost() {
    // Due dates and late moments fall into the same seconds.
    let plan = Plan {
        calendar: Calendar::Seconds(3_600),
        late_after: 3_600,
        count: 100,
        instalment: 1_000_000,
        ..twelve()
    };
    let opened = date(2026, 1, 1);
    let now = plan.late(99);
    let mut books = Books::open(plan, opened);
    assert_eq!(books.standing(now), None);
    assert_eq!(books.clone().look(now), Err(Refused::TooManyMoments));
    let mut calls = 1;
    while !books.advance(now) {
        calls += 1;
    }
    assert_eq!(calls, 7, "200 moments");
    assert_eq!((books.decided, books.fees), (100, 100 * 2_500));
}
