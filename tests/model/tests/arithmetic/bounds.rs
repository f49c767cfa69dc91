//! Splitting time or payments never gains anything.

use latchkey::rules::interest::accrue;
use latchkey::rules::ledger::{self, Position, Wallet};
use latchkey::rules::terms;
use latchkey::state::{Ledger, Overpayment, Period, Terms, Waterfall};
use latchkey_tests_model::arithmetic::{self, Books};
use latchkey_tests_svm::floors;
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::cases;
use crate::subject::{DAY, Move, START, Subject, any_terms, plain, program_loan};

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn splitting_an_interval_never_changes_interest_by_a_unit(
        principal in any::<u64>(),
        apr_bps in any::<u16>(),
        cuts in prop::collection::vec(0..4 * 365 * DAY, 0..30),
    ) {
        // What the whole costs has to fit.
        let principal = principal / 64;
        let end = START + 4 * 365 * DAY;
        let start = Ledger { principal, accrued_at: START, ..Ledger::default() };
        let whole = accrue(start, apr_bps, end).unwrap();
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut sliced = start;
        for cut in cuts {
            let before = sliced;
            sliced = accrue(sliced, apr_bps, START + cut).unwrap();
            prop_assert!(sliced.interest >= before.interest, "interest is monotone");
        }
        prop_assert_eq!(accrue(sliced, apr_bps, end).unwrap(), whole);
        let exact = arithmetic::interest(principal.into(), apr_bps, end - START);
        prop_assert_eq!(BigInt::from(whole.interest), exact.floor().to_integer());
    }

    #[test]
    fn interest_never_falls_and_a_clock_that_runs_back_adds_none(
        principal in 0..u64::MAX / 64,
        apr_bps in any::<u16>(),
        times in prop::collection::vec(-100 * DAY..1_000 * DAY, 1..30),
    ) {
        let mut ledger = Ledger { principal, accrued_at: START, ..Ledger::default() };
        for time in times {
            let after = accrue(ledger, apr_bps, START + time).unwrap();
            prop_assert!(after.interest >= ledger.interest);
            prop_assert!(after.accrued_at >= ledger.accrued_at);
            prop_assert_eq!(after.principal, ledger.principal);
            if START + time <= ledger.accrued_at {
                prop_assert_eq!(after, ledger);
            }
            ledger = after;
        }
    }

    #[test]
    fn splitting_a_payment_never_gains_the_payer_more_than_a_unit(
        terms in any_terms(),
        late in 0..40 * DAY,
        parts in prop::collection::vec(1..100_u64, 2..8),
        later in 0..365 * DAY,
    ) {
        let start = || {
            let mut subject = Subject::new(terms);
            subject.take(Move::ToDue(late));
            subject
        };
        let (mut once, mut split) = (start(), start());
        let whole: u64 = parts.iter().sum();
        once.take(Move::TopUp(whole, 0));
        once.take(Move::Collect);
        // Late fees are decided with what lies in the wallet: both have decided theirs on the same money.
        let charged = once.loan.ledger.fees + once.loan.ledger.fees_paid;
        let mut given = 0;
        for part in &parts {
            given += part;
            // Each part brings the total to where a payer of the same shares would be, rounding included.
            let target = u128::from(terms.instalment) * u128::from(given) / 100;
            let so_far = split.wallet + split.loan.ledger.interest_paid + split.loan.ledger.principal_paid
                + split.loan.ledger.fees_paid;
            split.wallet += u64::try_from(target).unwrap() - so_far;
            split.take(Move::Collect);
        }
        for subject in [&mut once, &mut split] {
            subject.take(Move::Wait(later));
        }
        let more_fees = split.loan.ledger.fees + split.loan.ledger.fees_paid - charged;
        let owed = |subject: &Subject| {
            let mut books = subject.books.clone();
            books.accrue(subject.now);
            books.payoff()
        };
        let gain = owed(&once) + i128::from(more_fees) - owed(&split);
        let rest = i128::from(split.wallet) - i128::from(once.wallet);
        prop_assert!(gain + rest <= 1, "the payer gains {gain} and keeps {rest}");
    }

    #[test]
    fn splitting_a_prepayment_changes_nothing(
        terms in any_terms(),
        wait in 0..30 * DAY,
        first in 1..50_u64,
        second in 1..50_u64,
    ) {
        let terms = Terms { overpayment: Overpayment::ReducePrincipal, ..terms };
        let start = || {
            let mut subject = Subject::new(terms);
            subject.take(Move::Wait(wait));
            subject.take(Move::TopUpAll(0));
            subject.take(Move::Collect);
            subject
        };
        let (mut once, mut split) = (start(), start());
        let (a, b) = (terms.instalment * first / 100, terms.instalment * second / 100);
        let both = a + b;
        prop_assume!(i128::from(both) < once.books.payoff() && a > 0 && b > 0);
        once.take(Move::Prepay(0, both));
        split.take(Move::Prepay(0, a));
        split.take(Move::Prepay(0, b));
        prop_assert_eq!(once.loan.ledger, split.loan.ledger);
    }
}

/// Terms at the edges of what may be signed.
fn extreme_terms() -> impl Strategy<Value = Terms> {
    let edge = |most: u64| prop_oneof![Just(1), Just(most), 1..=most];
    let period = prop_oneof![
        Just(Period::Seconds(1)),
        Just(Period::Seconds(366 * 86_400)),
        (1..=12_u8).prop_map(Period::Months),
    ];
    let count = prop_oneof![9 => 1..=50_u16, 9 => 1..=600_u16, 1 => Just(u16::MAX)];
    let amounts = (edge(terms::MAX_CHARGED), edge(u64::MAX), edge(terms::MAX_CHARGED), any::<u16>());
    let ways = (
        prop::sample::select(vec![Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal]),
        prop::sample::select(vec![Overpayment::ReducePrincipal, Overpayment::PayAhead]),
    );
    let late = prop_oneof![Just(0), Just(u32::MAX), any::<u32>()];
    (amounts, period, count, late, ways).prop_map(
        |(
            (principal, instalment, late_fee, apr_bps),
            period,
            count,
            late_after_secs,
            (waterfall, overpayment),
        )| Terms {
            principal,
            instalment,
            late_fee,
            apr_bps,
            period,
            count,
            late_after_secs,
            waterfall,
            overpayment,
            first_due: START + DAY,
            ..plain()
        },
    )
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn whatever_may_be_signed_can_be_counted_and_paid_for_fifty_years(
        // Most of what is drawn here may not be signed: terms are drawn until some may.
        terms in extreme_terms().prop_filter("sound terms", |terms| terms::check_terms(terms, &floors(), START).is_ok()),
        wallet in any::<u64>(),
        years in 0..=50_i64,
    ) {
        let now = START + years * 365 * DAY;
        let mut loan = program_loan(terms, START);
        let position = Position::at(&loan, Wallet(wallet), now).expect("it can be counted");
        let payoff = Books::open(terms, START).standing(wallet, now).payoff;
        prop_assert_eq!(i128::from(position.ledger.payoff().expect("it can be counted")), payoff);
        ledger::collect(&mut loan, Wallet(wallet), now).expect("it can be paid");
        if loan.status.is_open() {
            ledger::pay_off(&mut loan, Wallet(u64::MAX), now).expect("it can be paid off");
        }
        prop_assert!(!loan.status.is_open());
    }
}
