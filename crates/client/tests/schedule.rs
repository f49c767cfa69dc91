//! Schedules and quotes against published figures.

use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::state::{Calendar, Terms};
use latchkey_client::schedule::{level_instalment, schedule};

const DAY: i64 = 86_400;
/// 2027-01-01 00:00 UTC.
const SIGNED: i64 = 1_798_761_600;

fn terms(principal: u64, apr_ppm: u32, count: u16, calendar: Calendar) -> Terms {
    let first_due = SIGNED + 31 * DAY;
    Terms { principal, apr_ppm, instalment: 1, count, first_due, calendar, ..fixtures::terms() }
}

#[test]
fn a_level_schedule_ends_at_nothing_owed_with_a_last_payment_no_larger_than_the_others() {
    for (principal, apr) in [(10_000_000_000, 180_000), (25_000_000_000, 39_900), (1, 0), (7, 999_900)] {
        let open = terms(principal, apr, 60, Calendar::months(1, 1, 0));
        let instalment = level_instalment(&open, SIGNED, 1).unwrap();
        let plan = schedule(&Terms { instalment, ..open }, SIGNED).unwrap();
        let last = plan.payments.last().unwrap();
        assert_eq!(last.balance, 0);
        assert!(last.amount <= instalment);
        assert_eq!(plan.total_of_payments, principal + plan.finance_charge);
        assert_eq!(plan.payments.iter().map(|p| p.amount).sum::<u64>(), plan.total_of_payments);
        let smaller = instalment - 1;
        if smaller > 0 {
            let plan = schedule(&Terms { instalment: smaller, ..open }, SIGNED).unwrap();
            assert!(plan.payments.last().unwrap().amount > smaller, "{instalment} is not the smallest");
        }
    }
}

/// The annuity formula with twelve equal months, payment = P r / (1 - (1 + r)^-n), gives $253.93 a month for $10,000
/// at 18% over 60 months. Actual/365 counts 31-day months as longer, so the two differ by cents, not dollars.
#[test]
fn a_level_instalment_is_within_a_dollar_of_the_annuity_formula() {
    let open = terms(10_000_000_000, 180_000, 60, Calendar::months(1, 1, 0));
    let instalment = level_instalment(&open, SIGNED, 1).unwrap();
    assert!(instalment.abs_diff(253_930_000) < 1_000_000, "{instalment}");
}

#[test]
fn a_month_of_interest_is_its_days_times_the_per_diem() {
    let open =
        Terms { instalment: 1_000_000_000, ..terms(10_000_000_000, 180_000, 12, Calendar::months(1, 1, 0)) };
    let plan = schedule(&open, SIGNED).unwrap();
    // 31 days at $4.93150684… a day.
    assert_eq!(plan.payments[0].interest, 152_876_712);
}

/// Cents of a mint of two decimals.
fn plan_of(terms: &Terms, signed: i64) -> (Vec<u64>, u64) {
    let plan = schedule(terms, signed).unwrap();
    (plan.payments.iter().map(|payment| payment.amount).collect(), plan.finance_charge)
}

#[test]
fn m3_a_thousand_at_ten_percent_in_six_months() {
    // 2024-01-01 and 2024-02-01, 00:00 UTC.
    let (signed, first_due) = (1_704_067_200, 1_706_745_600);
    let calendar = Calendar::months(1, 1, 0);
    let open = Terms { first_due, ..terms(100_000, 100_000, 6, calendar) };
    let instalment = level_instalment(&open, signed, 1).unwrap();
    let (payments, finance_charge) = plan_of(&Terms { instalment, ..open }, signed);
    assert_eq!(payments, [17_155, 17_155, 17_155, 17_155, 17_155, 17_153]);
    assert_eq!(finance_charge, 2_928);
}

#[test]
fn m4_a_hundred_thousand_at_fourteen_and_a_half_percent_in_thirteen_months() {
    // 2023-11-03 and 2023-12-05, 00:00 UTC.
    let (signed, first_due) = (1_698_969_600, 1_701_734_400);
    let calendar = Calendar::months(1, 5, 0);
    let signed_terms = Terms { first_due, instalment: 900_300, ..terms(10_000_000, 145_000, 13, calendar) };
    let plan = schedule(&signed_terms, signed).unwrap();
    assert_eq!((plan.payments[0].interest, plan.payments[0].balance), (127_123, 9_226_823));
    assert_eq!(plan.payments[12].amount, 8_731);
}

#[test]
fn m5_a_rate_in_thousandths_of_a_percent_over_thirty_years() {
    let open = terms(42_750_000, 38_750, 360, Calendar::months(1, 1, 0));
    let instalment = level_instalment(&open, SIGNED, 1).unwrap();
    let plan = schedule(&Terms { instalment, ..open }, SIGNED).unwrap();
    assert_eq!((plan.payments.len(), plan.payments[359].balance), (360, 0));
}

#[test]
fn m6_a_mint_of_six_decimals_is_paid_in_cents_and_the_last_payment_takes_the_rest() {
    const CENT: u64 = 10_000;
    let open = terms(12_000_000_000, 180_000, 12, Calendar::months(1, 1, 0));
    let instalment = level_instalment(&open, SIGNED, CENT).unwrap();
    assert_eq!(instalment % CENT, 0);
    let plan = schedule(&Terms { instalment, ..open }, SIGNED).unwrap();
    let (last, others) = plan.payments.split_last().unwrap();
    assert!(others.iter().all(|payment| payment.amount == instalment));
    assert!(last.amount <= instalment);
}
