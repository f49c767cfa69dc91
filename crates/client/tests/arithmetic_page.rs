//! The worked examples of `docs/arithmetic.md` against the program. The page's numbers were computed by other means.

use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::rules::calendar::Date;
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::payments;
use latchkey_client::latchkey::rules::schedule::due_at;
use latchkey_client::latchkey::state::{Calendar, Loan, LoanParties, PinnedUnlock, Terms};
use latchkey_client::quote::quote;
use latchkey_client::schedule::{level_instalment, schedule};

const PAGE: &str = include_str!("../../../docs/arithmetic.md");
const DAY: i64 = 86_400;

fn says(text: &str) {
    assert!(PAGE.contains(text), "docs/arithmetic.md lacks: {text}");
}

fn day(year: i64, month: i64, day: i64) -> i64 {
    Date { year, month, day }.days() * DAY
}

fn written(time: i64) -> String {
    let Date { year, month, day } = Date::from_unix(time);
    format!("{year}-{month:02}-{day:02}")
}

/// Cents with two decimals and commas.
fn money(cents: u64) -> String {
    let mut whole = (cents / 100).to_string();
    let mut at = whole.len();
    while at > 3 {
        at -= 3;
        whole.insert(at, ',');
    }
    format!("{whole}.{:02}", cents % 100)
}

/// The rows of a schedule on the page.
fn rows(terms: &Terms, signed: i64) -> Vec<String> {
    let row = |due: i64, cells: [u64; 4]| format!("| {} | {} |", written(due), cells.map(money).join(" | "));
    let payments = schedule(terms, signed).unwrap().payments;
    payments
        .iter()
        .map(|paid| row(paid.due, [paid.amount, paid.interest, paid.principal, paid.balance]))
        .collect()
}

/// 12,000.00 at 18 %, signed 2026-01-01, a late fee of 25.00 after five days.
fn twelve_thousand() -> Terms {
    Terms {
        principal: 1_200_000,
        apr_ppm: 180_000,
        instalment: 109_973,
        count: 12,
        first_due: day(2026, 2, 1),
        calendar: Calendar::months(1, 1, 0),
        late_fee: 2_500,
        late_after_secs: 5 * 86_400,
        ..fixtures::terms()
    }
}

/// A loan and its wallet, looked at in turn.
struct Looked {
    loan: Loan,
    wallet: u64,
}

impl Looked {
    fn new() -> Self {
        let signed = day(2026, 1, 1);
        let (parties, unlock) = (LoanParties::default(), PinnedUnlock::default());
        Self { loan: Loan::new(0, parties, 0, twelve_thousand(), unlock, signed), wallet: 0 }
    }

    fn pay(mut self, amount: u64) -> Self {
        self.wallet += amount;
        self
    }

    fn look(mut self, now: i64) -> Self {
        payments::collect(&mut self.loan, Wallet(self.wallet), now).unwrap();
        self
    }

    /// The cells of its row on the page.
    fn row(&self) -> String {
        let ledger = self.loan.ledger;
        format!("| {} |", [ledger.principal, ledger.interest, ledger.fees].map(money).join(" | "))
    }
}

#[test]
fn a_thousand_in_six_months_row_by_row() {
    let first_due = day(2024, 2, 1);
    let calendar = Calendar::months(1, 1, 0);
    let open =
        Terms { principal: 100_000, apr_ppm: 100_000, count: 6, first_due, calendar, ..fixtures::terms() };
    let instalment = level_instalment(&open, day(2024, 1, 1), 1).unwrap();
    let rows = rows(&Terms { instalment, ..open }, day(2024, 1, 1));
    assert_eq!(rows.len(), 6);
    for row in &rows {
        says(row);
    }
}

#[test]
fn a_hundred_thousand_in_thirteen_months_row_by_row() {
    let terms = Terms {
        principal: 10_000_000,
        apr_ppm: 145_000,
        instalment: 900_300,
        count: 13,
        first_due: day(2023, 12, 5),
        calendar: Calendar::months(1, 5, 0),
        ..fixtures::terms()
    };
    let rows = rows(&terms, day(2023, 11, 3));
    for k in [0, 1, 11, 12] {
        says(&rows[k]);
    }
}

#[test]
fn twelve_thousand_on_time_is_the_schedule_whenever_it_is_collected() {
    let plan = schedule(&twelve_thousand(), day(2026, 1, 1)).unwrap();
    says(&format!("together {}", money(plan.total_of_payments)));
    let mut looked = Looked::new();
    for paid in &plan.payments {
        looked = looked.pay(paid.amount).look(paid.due + 10 * DAY);
    }
    assert_eq!(looked.loan.ledger.unsent, plan.total_of_payments);
    assert_eq!(looked.loan.ledger.fees + looked.loan.ledger.fees_paid, 0);
}

#[test]
fn the_same_loan_looked_at_in_different_ways() {
    let (first, second) = (day(2026, 2, 1), day(2026, 2, 2));
    let (seventh, third_due) = (day(2026, 2, 7), day(2026, 3, 1));
    let row = |what: &str, looked: &Looked| says(&format!("| {what} {}", looked.row()));
    row(
        "the instalment is in the wallet on 1 February; the only look is on 7 February",
        &Looked::new().pay(109_973).look(seventh),
    );
    row(
        "a look at the empty wallet on 1 February; the instalment comes on 2 February; looks on 2 and on 7 February",
        &Looked::new().look(first).pay(109_973).look(second).look(seventh),
    );
    row(
        "a look at the empty wallet on 1 February; the instalment comes on 2 February; the next look is on 7 February",
        &Looked::new().look(first).pay(109_973).look(seventh),
    );
    let late = Looked::new().look(first).look(seventh);
    row("looks at the empty wallet on 1 and 7 February", &late);
    let late = late.pay(109_973).look(seventh + DAY / 2);
    row("then the instalment comes; a look at noon of 7 February takes it from the last look", &late);
    let late = late.pay(109_973).look(day(2026, 2, 27));
    row(
        "then the next instalment comes; a look on 27 February takes nothing: nothing is due, and the fee waits",
        &late,
    );
    row("a look on 1 March takes it: paid in time, no new fee", &late.look(third_due));
}

#[test]
fn a_month_of_interest_and_a_payoff() {
    let looked = Looked::new().look(day(2026, 2, 1));
    let ledger = looked.loan.ledger;
    assert_eq!((ledger.interest, ledger.interest_remainder), (18_345, 6_480_000_000_000));
    says("18,345 units");
    says("6,480,000,000,000");
    let quote = quote(&Looked::new().loan, 109_973, day(2026, 2, 15) + DAY / 2).unwrap();
    let sum = [quote.principal, quote.interest, quote.payoff].map(money);
    says(&format!("{} + {} = {}; the per diem is {}.", sum[0], sum[1], sum[2], money(quote.per_diem)));
}

#[test]
fn due_dates_by_the_calendar() {
    let dates = |calendar: Calendar, first_due: i64, count: u16| -> Vec<String> {
        let terms = Terms { calendar, first_due, ..fixtures::terms() };
        let local = |k| written(due_at(&terms, k) + i64::from(calendar.utc_offset_secs));
        (0..count).map(local).collect()
    };
    let row = |dates: &[String]| {
        let later = dates[1..].iter().map(|date| date[5..].to_owned());
        says(&format!("| {} |", [dates[0].clone()].into_iter().chain(later).collect::<Vec<_>>().join(", ")));
    };
    row(&dates(Calendar::months(1, 31, 0), day(2025, 2, 28), 4));
    row(&dates(Calendar::months(1, 28, 0), day(2025, 2, 28), 4));
    row(&dates(Calendar::months(1, 31, 0), day(2025, 1, 31), 4));
    row(&dates(Calendar::twice_a_month(15, 31, 0), day(2027, 1, 31), 5));
    let eastern = Calendar::months(1, 30, -5 * 3_600);
    let first_due = day(2027, 1, 31) + 5 * 3_600 - 1;
    assert_eq!(dates(eastern, first_due, 4), ["2027-01-30", "2027-02-28", "2027-03-30", "2027-04-30"]);
    let second = due_at(&Terms { calendar: eastern, first_due, ..fixtures::terms() }, 1);
    assert_eq!(second, day(2027, 3, 1) + 5 * 3_600 - 1);
    says("02-28 23:59:59 (2027-03-01T04:59:59Z), 03-30, 04-30");
}
