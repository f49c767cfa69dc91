//! Nobody gains by slicing: neither time nor payments.

use latchkey::rules::interest::accrue;
use latchkey::state::{Ledger, Overpayment};
use latchkey_tests_model::arithmetic;
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::subject::{DAY, START, Step, Subject, any_terms};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

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
            subject.take(Step::ToDue(late));
            subject
        };
        let (mut once, mut split) = (start(), start());
        let whole: u64 = parts.iter().sum();
        once.take(Step::TopUp(whole, 0));
        once.take(Step::Collect);
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
            split.take(Step::Collect);
        }
        for subject in [&mut once, &mut split] {
            subject.take(Step::Wait(later));
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
        let terms = latchkey::state::Terms { overpayment: Overpayment::ReducePrincipal, ..terms };
        let start = || {
            let mut subject = Subject::new(terms);
            subject.take(Step::Wait(wait));
            subject.take(Step::TopUpAll(0));
            subject.take(Step::Collect);
            subject
        };
        let (mut once, mut split) = (start(), start());
        let (a, b) = (terms.instalment * first / 100, terms.instalment * second / 100);
        let both = a + b;
        prop_assume!(i128::from(both) < once.books.payoff() && a > 0 && b > 0);
        once.take(Step::Prepay(0, both));
        split.take(Step::Prepay(0, a));
        split.take(Step::Prepay(0, b));
        prop_assert_eq!(once.loan.ledger, split.loan.ledger);
    }
}
