//! Worked examples that others have published, in dollars of six decimals.

use latchkey_tests_model::arithmetic::{Books, Calendar, Exact, Plan};

use crate::field::cents;
use crate::history::{START, look};
use crate::{DAY, monthly};

/// Units to a dollar.
const DOLLAR: u64 = 1_000_000;
/// A twelfth of a year of 365 days.
const TWELFTH: i64 = 365 * DAY / 12;

fn plan(dollars: u64, apr_ppm: u32, instalment: u64, first_due: i64) -> Plan {
    let calendar = Calendar::Seconds(u32::try_from(TWELFTH).expect("a month"));
    Plan {
        first_due,
        calendar,
        late_fee: 0,
        ..monthly(dollars * DOLLAR, apr_ppm, instalment, 48, (2027, 2, 1))
    }
}

/// Interest for so many days, in cents.
fn interest(units: u64, apr_ppm: u32, days: i64) -> i128 {
    cents(Exact::interest(i128::from(units), apr_ppm, days * DAY).units())
}

/// Santander Consumer USA, "What is simple interest and how is it computed?":
/// `($10,000 x 18%) / 365 = $4.93 daily interest`.
/// <https://santanderconsumerusa.com/support/faqs/what-is-simple-interest-and-how-is-it-computed>
#[test]
fn ten_thousand_dollars_at_18_percent_cost_4_dollars_93_a_day() {
    assert_eq!(interest(10_000 * DOLLAR, 180_000, 1), 493);
    let exact = Exact::interest(i128::from(10_000 * DOLLAR), 180_000, DAY).rational();
    assert_eq!(exact.round().to_integer(), 4_931_507.into());
}

/// Southeast Toyota Finance, "Simple Interest": $20,000 at 5%, payments of $377. A day costs $2.74; after 30 days
/// $82.19 of the payment are interest and $294.81 principal, after 25 days $68.49 and $308.51. After 35 days the page
/// multiplies the rounded $2.74 and has $95.90; unrounded it is $95.89.
/// <https://setf.com/financial-tools/simple-interest>
#[test]
fn a_payment_of_377_dollars_is_divided_by_the_days_since_the_last() {
    assert_eq!(interest(20_000 * DOLLAR, 50_000, 1), 274);
    for (days, interest, principal) in [(30, 8_219, 29_481), (25, 6_849, 30_851), (35, 9_589, 28_111)] {
        let due = START + days * DAY;
        let mut books = Books::open(plan(20_000, 50_000, 377 * DOLLAR, due), START);
        books.deposit(377 * DOLLAR);
        look(&mut books, due);
        assert_eq!((cents(books.interest_paid), cents(books.principal_paid)), (interest, principal));
    }
}

/// Calculator Library, "Simple Interest Loan Payoff": $10,000 at 6% for 90 days cost $147.95, $1.64 a day, and are
/// paid off with $10,147.95.
/// <https://calculatorlib.com/simple-interest-loan-payoff-calculator>
#[test]
fn ten_thousand_dollars_at_6_percent_are_paid_off_after_90_days_with_10147_dollars_95() {
    assert_eq!(interest(10_000 * DOLLAR, 60_000, 1), 164);
    let mut books = Books::open(plan(10_000, 60_000, DOLLAR, START + 365 * DAY), START);
    let brought = books.pay_off(false, Some(u64::MAX), START + 90 * DAY).expect("it is there");
    assert_eq!(cents(brought.into()), 1_014_795);
}

/// Auto Credit Express, "Simple Interest Explained": $15,000 at 17% cost $6.99 a day, and $6.91 once $14,843.90 are
/// left. (The page's $216.69 for the first 31 days multiply the rounded $6.99; unrounded they are $216.58.)
/// <https://www.autocreditexpress.com/blog/simple-interest-explained/>
#[test]
fn fifteen_thousand_dollars_at_17_percent_cost_6_dollars_99_a_day() {
    assert_eq!(interest(15_000 * DOLLAR, 170_000, 1), 699);
    assert_eq!(interest(14_843_900_000, 170_000, 1), 691);
    assert_eq!(interest(15_000 * DOLLAR, 170_000, 31), 21_658);
}

/// Federal Reserve Board, "Keys to Vehicle Leasing", Simple Interest Method: $18,800 over 48 months at 9% with
/// payments of $467.84, a month being a twelfth of the year. Interest $141.00, balance $18,473.16; then $138.55 and
/// $18,143.87; $3,656.32 over the full term. $1,000 more at the end of the first month leave $17,473.16.
/// <https://www.federalreserve.gov/pubs/leasing/resource/different/early_exp3.htm>
#[test]
fn the_federal_reserves_example_of_a_48_month_loan_comes_out_to_the_cent() {
    let plan = plan(18_800, 90_000, 467_840_000, START + TWELFTH);
    let mut books = Books::open(plan, START);
    let mut months = Vec::new();
    for k in 0..48 {
        let before = books.interest_paid;
        books.deposit(plan.instalment);
        look(&mut books, plan.due(k));
        months.push((cents(books.interest_paid - before), cents(books.principal())));
    }
    assert_eq!(months[..2], [(14_100, 1_847_316), (13_855, 1_814_387)]);
    // The last payment settles what rounding the payment to a cent has left: less than 48 half cents with interest.
    let total = books.interest_paid + books.payoff(plan.last_due()) - books.free();
    assert!((total - 3_656_320_000).abs() < 48 * 10_000, "{total}");

    let mut prepaid = Books::open(plan, START);
    prepaid.deposit(plan.instalment + 1_000 * DOLLAR);
    prepaid.prepay(1_000 * DOLLAR, 0, plan.due(0)).expect("it is there");
    assert_eq!(cents(prepaid.principal()), 1_747_316);
    assert_eq!(prepaid.on_schedule, i128::from(plan.instalment), "the next instalment stays due");
}
