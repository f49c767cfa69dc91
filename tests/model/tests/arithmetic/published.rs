//! Worked examples that others have published, in dollars of six decimals, by both implementations.

use latchkey::rules::interest::per_diem;
use latchkey::rules::ledger::{Position, Wallet};
use latchkey::state::{Overpayment, Period, Terms};
use latchkey_tests_model::arithmetic;

use crate::subject::{DAY, Move, START, Subject, plain};

/// Units to a dollar.
const DOLLAR: u64 = 1_000_000;
/// Units to a cent.
const CENT: u64 = 10_000;
/// A twelfth of a year of 365 days.
const TWELFTH: i64 = 365 * DAY / 12;

/// The nearest cent.
fn cents(units: u64) -> u64 {
    (units + CENT / 2) / CENT
}

/// Interest of the program, which agrees with the books, for so many days, in cents.
fn interest_cents(dollars: u64, apr_bps: u16, days: i64) -> u64 {
    let far = START + 3_650 * DAY;
    let mut subject = Subject::new(Terms { principal: dollars * DOLLAR, apr_bps, first_due: far, ..plain() });
    subject.take(Move::Wait(days * DAY));
    let position = Position::at(&subject.loan, Wallet(0), subject.now).unwrap();
    cents(position.ledger.interest)
}

/// Santander Consumer USA, "What is simple interest and how is it computed?":
/// `($10,000 x 18%) / 365 = $4.93 daily interest`.
/// <https://santanderconsumerusa.com/support/faqs/what-is-simple-interest-and-how-is-it-computed>
#[test]
fn ten_thousand_dollars_at_18_percent_cost_4_dollars_93_a_day() {
    assert_eq!(interest_cents(10_000, 1_800, 1), 493);
    assert_eq!(cents(per_diem(10_000 * DOLLAR, 1_800)), 493);
    let exact = arithmetic::per_diem(i128::from(10_000 * DOLLAR), 1_800);
    assert_eq!(exact.round().to_integer(), 4_931_507.into());
}

/// Southeast Toyota Finance, "Simple Interest": $20,000 at 5%, payments of $377. A day costs $2.74; after 30 days
/// $82.19 of the payment are interest and $294.81 principal, after 25 days $68.49 and $308.51. After 35 days the page
/// multiplies the rounded $2.74 and has $95.90; unrounded it is $95.89.
/// <https://setf.com/financial-tools/simple-interest>
#[test]
fn a_payment_of_377_dollars_is_divided_by_the_days_since_the_last() {
    assert_eq!(cents(per_diem(20_000 * DOLLAR, 500)), 274);
    for (days, interest, principal) in [(30, 8_219, 29_481), (25, 6_849, 30_851), (35, 9_589, 28_111)] {
        let mut subject = Subject::new(Terms {
            principal: 20_000 * DOLLAR,
            apr_bps: 500,
            instalment: 377 * DOLLAR,
            first_due: START + days * DAY,
            ..plain()
        });
        subject.take(Move::Wait(days * DAY));
        subject.take(Move::TopUp(100, 0));
        subject.take(Move::Collect);
        let ledger = subject.loan.ledger;
        assert_eq!((cents(ledger.interest_paid), cents(ledger.principal_paid)), (interest, principal));
    }
}

/// Calculator Library, "Simple Interest Loan Payoff": $10,000 at 6% for 90 days cost $147.95, $1.64 a day, and are
/// paid off with $10,147.95.
/// <https://calculatorlib.com/simple-interest-loan-payoff-calculator>
#[test]
fn ten_thousand_dollars_at_6_percent_are_paid_off_after_90_days_with_10147_dollars_95() {
    assert_eq!(interest_cents(10_000, 600, 90), 14_795);
    assert_eq!(cents(per_diem(10_000 * DOLLAR, 600)), 164);
    let mut subject = Subject::new(Terms { apr_bps: 600, first_due: START + 365 * DAY, ..plain() });
    subject.take(Move::Wait(90 * DAY));
    subject.take(Move::TopUpAll(0));
    assert_eq!(cents(subject.wallet), 1_014_795);
    subject.take(Move::PayOff);
    assert!(!subject.loan.status.is_open());
}

/// Auto Credit Express, "Simple Interest Explained": $15,000 at 17% cost $6.99 a day, and $6.91 once $14,843.90 are
/// left. (The page's $216.69 for the first 31 days multiply the rounded $6.99; unrounded they are $216.58.)
/// <https://www.autocreditexpress.com/blog/simple-interest-explained/>
#[test]
fn fifteen_thousand_dollars_at_17_percent_cost_6_dollars_99_a_day() {
    assert_eq!(interest_cents(15_000, 1_700, 1), 699);
    assert_eq!(cents(per_diem(14_843_900_000, 1_700)), 691);
    assert_eq!(interest_cents(15_000, 1_700, 31), 21_658);
}

/// Federal Reserve Board, "Keys to Vehicle Leasing", Simple Interest Method: $18,800 over 48 months at 9% with
/// payments of $467.84, a month being a twelfth of the year. Interest $141.00, balance $18,473.16; then $138.55 and
/// $18,143.87; $3,656.32 over the full term. $1,000 more at the end of the first month leave $17,473.16.
/// <https://www.federalreserve.gov/pubs/leasing/resource/different/early_exp3.htm>
#[test]
fn the_federal_reserves_example_of_a_48_month_loan_comes_out_to_the_cent() {
    let terms = Terms {
        principal: 18_800 * DOLLAR,
        apr_bps: 900,
        instalment: 467 * DOLLAR + 84 * CENT,
        count: 48,
        first_due: START + TWELFTH,
        period: Period::Seconds(u32::try_from(TWELFTH).unwrap()),
        overpayment: Overpayment::ReducePrincipal,
        ..plain()
    };
    let mut subject = Subject::new(terms);
    let mut months = Vec::new();
    for _ in 0..48 {
        let before = subject.loan.ledger.interest_paid;
        subject.take(Move::Wait(TWELFTH));
        subject.take(Move::TopUp(100, 0));
        subject.take(Move::Collect);
        let ledger = subject.loan.ledger;
        months.push((cents(ledger.interest_paid - before), cents(ledger.principal)));
    }
    assert_eq!(months[..2], [(14_100, 1_847_316), (13_855, 1_814_387)]);
    // The last payment settles what rounding the payment to a cent has left: less than 48 half cents with interest.
    let over = subject.books.payoff();
    let total = i128::from(subject.loan.ledger.interest_paid) + over - i128::from(subject.wallet);
    assert!((total - 3_656_320_000).abs() < 48 * i128::from(CENT), "{total}");

    let mut prepaid = Subject::new(terms);
    prepaid.take(Move::Wait(TWELFTH));
    prepaid.take(Move::TopUp(100, 1_000 * DOLLAR));
    prepaid.take(Move::Prepay(0, 1_000 * DOLLAR));
    assert_eq!(cents(prepaid.loan.ledger.principal), 1_747_316);
    assert_eq!(prepaid.loan.ledger.paid_scheduled, terms.instalment, "the next instalment stays due");
}
