//! Whatever happens to a loan, the program and the exact books say the same, to the unit.

use latchkey::rules::{calendar, interest, schedule};
use latchkey::state::{Overpayment, Period, Terms, Waterfall};
use latchkey_tests_model::arithmetic;
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::cases;
use crate::subject::{DAY, Move, START, Subject, any_move, any_terms, plain};

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn any_stream_of_payments_on_any_terms_is_divided_to_the_unit(
        terms in any_terms(),
        moves in prop::collection::vec(any_move(), 1..40),
    ) {
        let mut subject = Subject::new(terms);
        subject.agrees();
        for one in moves {
            subject.take(one);
        }
    }

    #[test]
    fn every_due_date_is_the_calendars(terms in any_terms(), deferred in 0_u16..24, first in -10_000_i64..50_000) {
        let first_due = first * DAY + terms.first_due % DAY;
        let terms = Terms { deferred, first_due, ..terms };
        for k in 0..terms.count {
            let due = arithmetic::due(&terms, k);
            prop_assert_eq!(schedule::due_at(&terms, k), due);
            for now in [due - 1, due, due + 1] {
                prop_assert_eq!(schedule::instalments_due(&terms, now), arithmetic::fallen_due(&terms, now));
            }
        }
        prop_assert_eq!(schedule::last_due(&terms), arithmetic::due(&terms, terms.count - 1));
    }

    #[test]
    fn a_days_interest_is_exact_and_rounded_down(principal in any::<u64>(), apr_bps in any::<u16>()) {
        let exact = arithmetic::per_diem(principal.into(), apr_bps).floor().to_integer();
        prop_assert_eq!(BigInt::from(interest::per_diem(principal, apr_bps)), exact);
    }
}

#[test]
fn five_years_of_odd_payments_agree_to_the_unit() {
    for waterfall in [Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal] {
        for overpayment in [Overpayment::ReducePrincipal, Overpayment::PayAhead] {
            // $23,456.78 over 60 months at 11.49%, due on the 31st; 14 instalments and more come late.
            let terms = Terms {
                principal: 23_456_780_001,
                apr_bps: 1_149,
                instalment: 515_789_013,
                count: 60,
                waterfall,
                overpayment,
                ..plain()
            };
            let mut subject = Subject::new(terms);
            // The time between payments, the amounts and the hours all come from a fixed odd sequence.
            let mut odd = 0x9E37_79B9_u64;
            while subject.now < START + 5 * 365 * DAY && subject.loan.status.is_open() {
                odd = odd.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (a, b) = (odd >> 33, (odd >> 20) & 0x1FFF);
                subject.take(Move::Wait(i64::try_from(a % 2_600_000).expect("it is small")));
                subject.take(Move::TopUp(40 + a % 90, b));
                subject.take(Move::Collect);
                if a % 7 == 0 {
                    subject.take(Move::TopUp(30, b));
                    subject.take(Move::Prepay(11, b));
                }
                if a % 31 == 0 {
                    subject.take(Move::Default);
                }
            }
            assert!(subject.loan.ledger.interest_paid > 5_000_000_000, "a life worth the name");
            subject.take(Move::TopUpAll(0));
            subject.take(Move::PayOff);
            assert!(!subject.loan.status.is_open());
            assert_eq!(subject.loan.ledger.principal_paid, terms.principal);
        }
    }
}

/// 16 CFR 444.4: no delinquency charge on a payment that is full and in time but for a fee on an earlier instalment.
#[test]
fn a_fee_paid_out_of_an_instalment_makes_no_later_one_late_and_not_the_last() {
    let terms = Terms {
        principal: 10_000,
        apr_bps: 0,
        instalment: 1_000,
        count: 10,
        late_fee: 25,
        late_after_secs: 86_400,
        waterfall: Waterfall::FeesInterestPrincipal,
        ..plain()
    };
    let mut subject = Subject::new(terms);
    // The first comes a day late and pays its fee first; all others are full and in time.
    subject.take(Move::ToDue(DAY));
    subject.take(Move::Collect);
    for _ in 0..9 {
        subject.take(Move::TopUp(100, 0));
        subject.take(Move::Collect);
        subject.take(Move::ToDue(0));
    }
    subject.take(Move::TopUp(100, 0));
    subject.take(Move::Collect);
    subject.take(Move::Wait(2 * DAY));
    subject.take(Move::Collect);
    let ledger = subject.loan.ledger;
    assert_eq!((ledger.fees_paid, ledger.fees), (25, 0), "one fee, for the first instalment");
    assert_eq!(subject.books.owed(), 25, "what the fee took stays owed");
}

#[test]
fn a_month_without_the_day_ends_with_its_last_and_costs_the_next_nothing() {
    let terms = Terms { first_due: START, ..plain() };
    let days: Vec<_> = (0..15).map(|k| calendar::Date::from_unix(arithmetic::due(&terms, k))).collect();
    let days: Vec<_> = days.iter().map(|date| (date.month, date.day)).collect();
    assert_eq!(days[..4], [(1, 31), (2, 28), (3, 31), (4, 30)]);
    // 2028 is a leap year.
    assert_eq!(days[12..], [(1, 31), (2, 29), (3, 31)]);
}

#[test]
fn every_day_of_eight_centuries_has_the_calendars_months() {
    // 1600 to 2400, every fourth day, by moves of up to a year.
    for day in (-135_140..157_110_i64).step_by(4) {
        let time = day * DAY + day.rem_euclid(DAY);
        let months = (day.rem_euclid(13)).try_into().expect("it is small");
        let terms = Terms { first_due: time, period: Period::Months(months), ..plain() };
        assert_eq!(schedule::due_at(&terms, 1), arithmetic::due(&terms, 1), "day {day}, {months} months");
    }
}
