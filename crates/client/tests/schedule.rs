//! Schedules and quotes against published figures.

use latchkey_client::latchkey::state::{Overpayment, Period, Terms, Waterfall};
use latchkey_client::schedule::{level_instalment, schedule};

const DAY: i64 = 86_400;
/// 2027-01-01 00:00 UTC.
const SIGNED: i64 = 1_798_761_600;

fn terms(principal: u64, apr_bps: u16, count: u16, period: Period) -> Terms {
    Terms {
        principal,
        apr_bps,
        instalment: 1,
        count,
        first_due: SIGNED + 31 * DAY,
        period,
        grace_secs: 0,
        notice_secs: 0,
        late_fee: 0,
        late_after_secs: 0,
        emergency_secs: 0,
        emergency_max: 0,
        lock_ttl_secs: 0,
        max_extensions: 0,
        deferred: 0,
        waterfall: Waterfall::InterestPrincipalFees,
        overpayment: Overpayment::ReducePrincipal,
    }
}

#[test]
fn a_level_schedule_ends_at_nothing_owed_with_a_last_payment_no_larger_than_the_others() {
    for (principal, apr) in [(10_000_000_000, 1_800), (25_000_000_000, 399), (1, 0), (7, 9_999)] {
        let open = terms(principal, apr, 60, Period::Months(1));
        let instalment = level_instalment(&open, SIGNED).unwrap();
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
    let open = terms(10_000_000_000, 1_800, 60, Period::Months(1));
    let instalment = level_instalment(&open, SIGNED).unwrap();
    assert!(instalment.abs_diff(253_930_000) < 1_000_000, "{instalment}");
}

#[test]
fn a_month_of_interest_is_its_days_times_the_per_diem() {
    let open = Terms { instalment: 1_000_000_000, ..terms(10_000_000_000, 1_800, 12, Period::Months(1)) };
    let plan = schedule(&open, SIGNED).unwrap();
    // 31 days at $4.93150684… a day.
    assert_eq!(plan.payments[0].interest, 152_876_712);
}
