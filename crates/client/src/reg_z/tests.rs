//! The examples of Appendix J (c), and cases of our own.

#![allow(clippy::inconsistent_digit_grouping, reason = "cents stand after the last underscore")]

use super::*;

type Ymd = (u16, u8, u8);

fn date((year, month, day): Ymd) -> Date {
    Date::new(year, month, day).unwrap()
}

fn one(on: Ymd, cents: u64) -> Vec<Flow> {
    vec![Flow { date: date(on), cents }]
}

/// The first day of a series and `count - 1` more, so many days apart.
fn every_days(days: i64, first: Ymd, count: u16, cents: u64) -> Vec<Flow> {
    let first = i64::from(date(first).unix_days());
    let on = |k: u16| Date::from_unix_days(first + i64::from(k) * days).unwrap();
    (0..count).map(|k| Flow { date: on(k), cents }).collect()
}

/// The same day of months so many apart, or the last day of a shorter month.
fn every_months(months: i32, first: Ymd, count: u16, cents: u64) -> Vec<Flow> {
    let day = first.2;
    let on = |k: u16| date(first).months_before(-months * i32::from(k), day).unwrap();
    (0..count).map(|k| Flow { date: on(k), cents }).collect()
}

/// Both lists by turns.
fn by_turns(mut a: Vec<Flow>, b: Vec<Flow>) -> Vec<Flow> {
    a.extend(b);
    a
}

/// Checks an APR that Appendix J publishes in hundredths of a percent, with the unit-period it names, and that the
/// dates give the same unit-period.
fn published(unit: UnitPeriod, lent: &[Flow], paid: &[Flow], hundredths: u64) {
    let told = disclose(lent, paid).unwrap();
    assert_eq!(told.unit_period, unit);
    assert_eq!(told.apr_hundredths(), hundredths, "{told:?}");
    assert_eq!(disclose_in(unit, lent, paid), Ok(told));
}

const MONTH: UnitPeriod = UnitPeriod::Months(1);

/// M10 and (c)(1)(i).
#[test]
fn monthly_payments_with_a_regular_first_period() {
    let paid = every_months(1, (1978, 2, 10), 24, 230_00);
    published(MONTH, &one((1978, 1, 10), 5_000_00), &paid, 9_69);
}

/// M10 and (c)(1)(ii).
#[test]
fn monthly_payments_with_a_long_first_period() {
    let paid = every_months(1, (1978, 4, 1), 36, 200_00);
    published(MONTH, &one((1978, 2, 10), 6_000_00), &paid, 11_82);
}

/// M11 and (c)(1)(iii).
#[test]
fn semi_monthly_payments_with_a_short_first_period() {
    let first = every_months(1, (1978, 3, 1), 12, 219_17);
    let paid = by_turns(first, every_months(1, (1978, 3, 16), 12, 219_17));
    published(UnitPeriod::SemiMonth, &one((1978, 2, 23), 5_000_00), &paid, 10_34);
}

/// M10 and (c)(1)(iv).
#[test]
fn quarterly_payments_with_a_long_first_period() {
    let paid = every_months(3, (1978, 10, 1), 40, 385_00);
    published(UnitPeriod::Months(3), &one((1978, 5, 23), 10_000_00), &paid, 8_97);
}

/// (c)(1)(v).
#[test]
fn weekly_payments_with_a_long_first_period() {
    let paid = every_days(7, (1978, 4, 21), 30, 17_60);
    published(UnitPeriod::Weeks(1), &one((1978, 3, 20), 500_00), &paid, 14_96);
}

/// (c)(2).
#[test]
fn an_odd_first_payment() {
    let paid = by_turns(one((1978, 2, 10), 250_00), every_months(1, (1978, 3, 10), 23, 230_00));
    published(MONTH, &one((1978, 1, 10), 5_000_00), &paid, 10_08);
    let paid = by_turns(one((1978, 4, 20), 39_50), every_days(28, (1978, 5, 18), 11, 38_31));
    published(UnitPeriod::Weeks(4), &one((1978, 3, 18), 400_00), &paid, 28_50);
}

/// (c)(3).
#[test]
fn an_odd_final_payment() {
    let paid = by_turns(every_months(1, (1978, 2, 10), 23, 230_00), one((1980, 1, 10), 280_00));
    published(MONTH, &one((1978, 1, 10), 5_000_00), &paid, 10_50);
    let paid = by_turns(every_days(14, (1978, 4, 11), 19, 9_50), one((1979, 1, 2), 30_00));
    published(UnitPeriod::Weeks(2), &one((1978, 4, 3), 200_00), &paid, 12_22);
}

/// (c)(4).
#[test]
fn an_odd_first_and_an_odd_final_payment() {
    let ends = by_turns(one((1978, 2, 10), 250_00), one((1980, 1, 10), 280_00));
    let paid = by_turns(ends, every_months(1, (1978, 3, 10), 22, 230_00));
    published(MONTH, &one((1978, 1, 10), 5_000_00), &paid, 10_90);
    let ends = by_turns(one((1978, 3, 1), 449_36), one((1981, 5, 1), 200_00));
    let paid = by_turns(ends, every_months(2, (1978, 5, 1), 18, 465_00));
    published(UnitPeriod::Months(2), &one((1978, 1, 10), 8_000_00), &paid, 7_30);
}

/// (c)(5): a term in days, one in months, one of a year and whole months, one of whole years.
#[test]
fn one_advance_and_one_payment() {
    for (lent, paid, cents, unit, hundredths) in [
        ((1978, 1, 3), (1978, 9, 15), 1_080_00, UnitPeriod::Days(255), 11_45),
        ((1978, 7, 15), (1979, 1, 15), 1_044_00, UnitPeriod::Months(6), 8_80),
        ((1978, 1, 17), (1979, 7, 17), 1_135_19, UnitPeriod::YEAR, 8_76),
        ((1978, 1, 3), (1980, 1, 3), 1_240_00, UnitPeriod::YEAR, 11_36),
    ] {
        published(unit, &one(lent, 1_000_00), &one(paid, cents), hundredths);
    }
}

/// (c)(6)(i).
#[test]
fn payments_every_four_weeks_with_some_skipped() {
    let series = [((1978, 2, 20), 9), ((1978, 11, 13), 6), ((1979, 5, 14), 6), ((1979, 11, 12), 3)];
    let paid: Vec<_> =
        series.into_iter().flat_map(|(first, count)| every_days(28, first, count, 100_00)).collect();
    published(UnitPeriod::Weeks(4), &one((1978, 1, 25), 2_135_00), &paid, 12_00);
}

/// (c)(6)(ii).
#[test]
fn monthly_payments_with_some_skipped_and_single_payments() {
    let paid = [
        every_months(1, (1978, 9, 15), 3, 1_000_00),
        one((1979, 3, 15), 2_000_00),
        every_months(1, (1979, 9, 15), 3, 750_00),
        one((1980, 2, 1), 1_000_00),
    ];
    published(MONTH, &one((1978, 3, 3), 7_350_00), &paid.concat(), 10_22);
}

/// A second advance is worth what is left of it at the rate of the loan: two loans at one rate are one loan at it.
#[test]
fn several_advances() {
    let first = (one((2025, 1, 1), 1_000_00), one((2027, 1, 1), 1_210_00));
    let second = (one((2026, 1, 1), 2_000_00), one((2028, 1, 1), 2_420_00));
    let (lent, paid) = (by_turns(first.0, second.0), by_turns(second.1, first.1));
    let told = disclose_in(UnitPeriod::YEAR, &lent, &paid).unwrap();
    assert_eq!((told.amount_financed, told.finance_charge, told.apr_ppm), (3_000_00, 630_00, 100_000));
}

/// M3.
#[test]
fn six_monthly_payments_in_cents_cost_29_28() {
    let lent = one((2024, 1, 1), 1_000_00);
    let paid = by_turns(every_months(1, (2024, 2, 1), 5, 171_55), one((2024, 7, 1), 171_53));
    assert_eq!(finance_charge(&lent, &paid), Ok(29_28));
    let told = disclose(&lent, &paid).unwrap();
    assert_eq!((told.finance_charge, told.total_of_payments, told.unit_period), (29_28, 1_029_28, MONTH));
    // Not 10 %: the contract counts days by 365 and January to June 2024 have 182, less than half a year.
    assert_eq!((told.apr_ppm, told.apr_hundredths()), (99_703, 9_97));
}

/// M5: a rate to the thousandth of a percent, back from 360 payments in cents.
#[test]
fn a_rate_of_3_875_percent_comes_back() {
    let paid = every_months(1, (2026, 2, 1), 360, 2_010_26);
    let told = disclose(&one((2026, 1, 1), 427_500_00), &paid).unwrap();
    assert_eq!(told.apr_ppm, 38_750);
}

/// Rates found apart from this code with 50 decimal digits: 96,857.08, 118,165.08, 103,379.03, 89,707.70 and
/// 102,154.44 parts per million.
#[test]
fn rates_are_right_to_the_part_per_million() {
    let semi_monthly =
        by_turns(every_months(1, (1978, 3, 1), 12, 219_17), every_months(1, (1978, 3, 16), 12, 219_17));
    let skipped = [
        every_months(1, (1978, 9, 15), 3, 1_000_00),
        one((1979, 3, 15), 2_000_00),
        every_months(1, (1979, 9, 15), 3, 750_00),
        one((1980, 2, 1), 1_000_00),
    ];
    for (lent, cents, paid, ppm) in [
        ((1978, 1, 10), 5_000_00, every_months(1, (1978, 2, 10), 24, 230_00), 96_857),
        ((1978, 2, 10), 6_000_00, every_months(1, (1978, 4, 1), 36, 200_00), 118_165),
        ((1978, 2, 23), 5_000_00, semi_monthly, 103_379),
        ((1978, 5, 23), 10_000_00, every_months(3, (1978, 10, 1), 40, 385_00), 89_708),
        ((1978, 3, 3), 7_350_00, skipped.concat(), 102_154),
    ] {
        assert_eq!(disclose(&one(lent, cents), &paid).unwrap().apr_ppm, ppm);
    }
}

/// Payments at the ends of months are a month apart, whatever the dates look like.
#[test]
fn ends_of_months_are_regular() {
    let lent = one((2025, 1, 31), 1_000_00);
    let paid = every_months(1, (2025, 2, 28), 12, 90_00);
    let ends = every_months(1, (2025, 1, 31), 13, 90_00)[1..].to_vec();
    let first = every_months(1, (2025, 2, 1), 12, 90_00);
    let regular = disclose(&one((2025, 1, 1), 1_000_00), &first).unwrap();
    assert_eq!(disclose(&lent, &ends), Ok(regular));
    // A first period from the 31st to the 28th of payments on the 28th is 28 days, not a month.
    assert!(disclose(&lent, &paid).unwrap().apr_ppm > regular.apr_ppm);
}

#[test]
fn the_unit_period_is_the_most_frequent_or_the_smaller_or_the_average() {
    let lent = one((2025, 1, 1), 1);
    let unit = |paid: &[&[Flow]]| unit_period(&lent, &paid.concat()).unwrap();
    let months = every_months(1, (2025, 2, 1), 12, 1);
    assert_eq!(unit(&[&months]), MONTH);
    assert_eq!(unit(&[&every_months(1, (2025, 1, 1), 3, 1)]), MONTH);
    assert_eq!(unit(&[&every_days(10, (2025, 1, 11), 20, 1)]), UnitPeriod::Days(10));
    assert_eq!(unit(&[&every_days(1, (2025, 1, 2), 20, 1)]), UnitPeriod::Days(1));
    assert_eq!(unit(&[&every_months(12, (2026, 1, 1), 5, 1)]), UnitPeriod::YEAR);
    let fifteenths = every_months(1, (2025, 1, 15), 6, 1);
    assert_eq!(unit(&[&fifteenths, &every_months(1, (2025, 1, 31), 6, 1)]), UnitPeriod::SemiMonth);
    // Two months twice, two weeks twice.
    assert_eq!(unit(&[&every_months(2, (2025, 3, 1), 2, 1), &every_days(14, (2025, 5, 15), 2, 1)]), {
        UnitPeriod::Weeks(2)
    });
    // 9, 20 and 1 days: ten on average, nearer to a week than to half a month.
    let odd = [one((2025, 1, 10), 1), one((2025, 1, 30), 1), one((2025, 1, 31), 1)].concat();
    assert_eq!(unit(&[&odd]), UnitPeriod::Weeks(1));
    // More than a year on average is a year.
    assert_eq!(unit(&[&one((2027, 1, 1), 1), &one((2030, 5, 1), 1)]), UnitPeriod::YEAR);
}

#[test]
fn what_has_no_disclosure_says_why() {
    let lent = one((2025, 1, 1), 100_00);
    let later = |cents| one((2025, 2, 1), cents);
    assert_eq!(disclose(&[], &later(1)), Err(Error::NoAdvance));
    assert_eq!(disclose(&lent, &later(0)), Err(Error::NoPayment));
    let (payment, advance) = (date((2024, 12, 31)), date((2025, 1, 1)));
    let early = by_turns(later(100_00), one((2024, 12, 31), 1));
    assert_eq!(disclose(&lent, &early), Err(Error::PaymentBeforeAdvance { payment, advance }));
    assert_eq!(disclose(&lent, &one((2025, 1, 1), 100_00)), Err(Error::NoTerm));
    let short = Error::PaymentsBelowAdvances { payments: 99_99, advances: 100_00 };
    assert_eq!(disclose(&lent, &later(99_99)), Err(short));
    assert_eq!(finance_charge(&lent, &later(99_99)), Err(short));
    assert_eq!(short.to_string(), "the payments of 9999 cents are less than the advances of 10000 cents");
    assert_eq!(disclose(&lent, &later(MAX_CENTS + 1)), Err(Error::AmountTooLarge));
    assert_eq!(
        finance_charge(&later(u64::MAX), &by_turns(later(u64::MAX), later(1))),
        Err(Error::AmountTooLarge)
    );
    for unit in [UnitPeriod::Days(0), UnitPeriod::Days(366), UnitPeriod::Weeks(53), UnitPeriod::Months(13)] {
        assert_eq!(disclose_in(unit, &lent, &later(101_00)), Err(Error::UnitPeriod(unit)));
    }
    // Given back on the day it was lent, and something more later: no rate is high enough.
    let at_once = by_turns(one((2025, 1, 1), 100_00), later(1));
    assert_eq!(disclose(&lent, &at_once), Err(Error::RateNotFound));
    assert_eq!(disclose(&lent, &one((2025, 1, 2), MAX_CENTS)), Err(Error::RateNotFound));
}

#[test]
fn a_loan_without_a_charge_has_a_rate_of_nothing() {
    let paid = every_months(1, (2025, 2, 1), 10, 10_00);
    let told = disclose(&one((2025, 1, 1), 100_00), &paid).unwrap();
    assert_eq!((told.finance_charge, told.apr_ppm), (0, 0));
}

#[test]
fn order_and_empty_flows_change_nothing() {
    let lent = one((2025, 1, 1), 1_000_00);
    let mut paid = every_months(1, (2025, 2, 1), 12, 90_00);
    let told = disclose(&lent, &paid);
    paid.reverse();
    paid.push(Flow { date: date((2024, 6, 1)), cents: 0 });
    assert_eq!(disclose(&lent, &paid), told);
    // A payment in two parts on one day is one payment.
    paid[3].cents = 40_00;
    paid.push(Flow { cents: 50_00, ..paid[3] });
    assert_eq!(disclose(&lent, &paid), told);
    let halves = by_turns(one((2025, 3, 15), 505_00), one((2025, 3, 15), 505_00));
    assert_eq!(disclose(&lent, &halves), disclose(&lent, &one((2025, 3, 15), 1_010_00)));
}
