//! What the contract promises about money, whoever looks and whenever.

use latchkey_tests_model::arithmetic::{Books, Habits, Plan};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::DAY;
use crate::history::{History, START, any_plan, any_times, cost, end, look, seconds};

/// Deposits of any size at any time.
pub fn any_deposits(most: usize) -> impl Strategy<Value = Vec<((u16, i64), u64)>> {
    any_times(most).prop_flat_map(|times| {
        let count = times.len();
        (Just(times), prop::collection::vec(prop_oneof![3 => Just(100_u64), 2 => 1..250_u64], count))
            .prop_map(|(times, shares)| times.into_iter().zip(shares).collect())
    })
}

pub fn deposits(plan: &Plan, any: &[((u16, i64), u64)]) -> Vec<(i64, u64)> {
    let amount =
        |share: u64| u64::try_from(u128::from(plan.instalment) * u128::from(share) / 100).expect("moderate");
    any.iter().map(|(time, share)| (seconds(plan, &[*time])[0], amount(*share))).collect()
}

/// Collecting late never costs the borrower: who leaves out looks pays no more.
pub fn fewer_looks_cost_no_more(
    plan: Plan,
    deposits: Vec<(i64, u64)>,
    looks: &[i64],
    left_out: u64,
    habits: Habits,
) -> TestCaseResult {
    let end = end(&plan);
    let all = History { deposits: deposits.clone(), looks: looks.to_vec() };
    let kept =
        looks.iter().enumerate().filter(|(index, _)| left_out >> (index % 64) & 1 == 0).map(|(_, at)| *at);
    let fewer = History { deposits, looks: kept.collect() };
    let (all, fewer) = (all.live(plan, habits, end), fewer.live(plan, habits, end));
    prop_assert!(cost(&fewer) <= cost(&all), "{} is more than {}", cost(&fewer), cost(&all));
    Ok(())
}

/// What must be paid on each due date, and the total beyond the principal, if it is paid then.
pub fn schedule(plan: Plan) -> (Vec<(i64, u64)>, i128) {
    let mut books = Books::open(plan, START);
    let mut payments = Vec::new();
    for k in 0..plan.count {
        let at = plan.due(k);
        look(&mut books, at);
        let payment = u64::try_from(books.past_due(at)).expect("moderate");
        books.deposit(payment);
        look(&mut books, at);
        payments.push((at, payment));
    }
    assert_eq!(books.payoff(plan.last_due()), 0);
    (payments, cost(&books))
}

/// A borrower whose wallet holds each instalment on its due date pays the schedule to the unit, whoever looks when.
/// Money may come early, and the first may be late once.
pub fn on_time_is_the_schedule(
    plan: Plan,
    early: &[i64],
    looks: &[i64],
    late_once: bool,
    habits: Habits,
) -> TestCaseResult {
    let (mut payments, total) = schedule(plan);
    let ends = end(&plan);
    let late_once = late_once && plan.count > 1 && payments[0].1 > 0;
    if late_once {
        // An hour after its late fee, which a look has charged, but before the next due date.
        let charged = plan.late(0);
        let paid = charged + 3_600;
        prop_assume!(paid < plan.due(1));
        payments[0].0 = paid;
        for (payment, early) in payments.iter_mut().zip(early).skip(1) {
            // With the interest for the delay more may be asked for than the schedule says, but no more than this.
            *payment = ((payment.0 - early).max(paid + 1), plan.instalment);
        }
        payments.push((plan.last_due() - 1, plan.principal * 20));
        let after = looks.iter().copied().filter(|at| *at > paid);
        let history =
            History { deposits: payments, looks: [charged, paid + 1].into_iter().chain(after).collect() };
        let books = history.live(plan, habits, ends);
        let charged = books.fees + books.fees_paid;
        prop_assert_eq!(charged, i128::from(plan.late_fee), "one instalment was late, once");
        return Ok(());
    }
    for (payment, early) in payments.iter_mut().zip(early) {
        payment.0 = (payment.0 - early).max(START);
    }
    let history = History { deposits: payments, looks: looks.to_vec() };
    let books = history.live(plan, habits, ends);
    prop_assert_eq!(cost(&books), total, "the cost of the schedule");
    prop_assert_eq!(books.payoff(ends), 0, "all is paid");
    prop_assert_eq!(books.free(), 0, "and nothing more");
    // Nothing was past due in any second in which it could be judged.
    for at in looks {
        let mut then = history.clone();
        then.looks.retain(|look| look < at);
        // In this second the money is there, if it is there on the due date.
        let mut books = History { looks: then.looks, ..history.clone() }.live(plan, habits, *at);
        look(&mut books, *at);
        prop_assert_eq!(books.past_due(*at), 0, "past due at {}", at);
        prop_assert_eq!(books.fees, 0);
    }
    Ok(())
}

/// Looking once more changes nothing if no money came.
fn a_look_between_changes_nothing(
    plan: Plan,
    deposits: &[(i64, u64)],
    looks: &[i64],
    now: i64,
) -> TestCaseResult {
    let later = looks.iter().copied().max().unwrap_or(START).max(now);
    let until =
        |at| History { deposits: deposits.to_vec(), looks: looks.to_vec() }.live(plan, Habits::CONTRACT, at);
    let start = until(now);
    let (mut once, mut twice) = (start.clone(), start);
    for step in 1..=10 {
        look(&mut twice, now + (later - now) * step / 10);
    }
    look(&mut twice, later + 90 * DAY);
    look(&mut once, later + 90 * DAY);
    // The history of balances may name a principal twice, but never another one.
    prop_assert_eq!(once.interest_exact(once.looked_at), twice.interest_exact(twice.looked_at));
    prop_assert_eq!(once.stands(), twice.stands());
    prop_assert_eq!((once.fees_paid, once.unsent), (twice.fees_paid, twice.unsent));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(latchkey_tests_cases::cases(600)))]

    #[test]
    fn collecting_late_never_costs_the_borrower(
        plan in any_plan(), paid in any_deposits(24), looks in any_times(24), left_out in any::<u64>(),
    ) {
        let looks = seconds(&plan, &looks);
        fewer_looks_cost_no_more(plan, deposits(&plan, &paid), &looks, left_out, Habits::CONTRACT)?;
    }

    #[test]
    fn a_borrower_who_pays_on_time_pays_the_schedule_whoever_looks(
        plan in any_plan(), early in prop::collection::vec(prop_oneof![Just(0), 0..40 * DAY], 30), looks in any_times(24),
        late_once in any::<bool>(),
    ) {
        let looks = seconds(&plan, &looks);
        on_time_is_the_schedule(plan, &early, &looks, late_once, Habits::CONTRACT)?;
    }

    #[test]
    fn looking_once_more_changes_nothing(
        plan in any_plan(), paid in any_deposits(12), looks in any_times(12), now in 0..900 * DAY,
    ) {
        let looks = seconds(&plan, &looks);
        a_look_between_changes_nothing(plan, &deposits(&plan, &paid), &looks, START + now)?;
    }

    /// A payment in parts within one second is the payment.
    #[test]
    fn splitting_a_payment_changes_nothing(
        plan in any_plan(), at in 0..400 * DAY, parts in prop::collection::vec(0..120_u64, 1..6), later in 0..400 * DAY,
        send in any::<bool>(),
    ) {
        let amount = |share: u64| u64::try_from(u128::from(plan.instalment) * u128::from(share) / 100).expect("moderate");
        let (mut once, mut split) = (Books::open(plan, START), Books::open(plan, START));
        let at = START + at;
        once.deposit(parts.iter().map(|share| amount(*share)).sum());
        look(&mut split, at);
        look(&mut once, at);
        for share in &parts {
            split.deposit(amount(*share));
            look(&mut split, at);
            if send {
                split.send();
            }
        }
        // The whole payment came before the first look at all, so the parts can at most be later.
        prop_assert!(cost(&once) <= cost(&split));
        let mut whole = Books::open(plan, START);
        look(&mut whole, at);
        whole.deposit(parts.iter().map(|share| amount(*share)).sum());
        for books in [&mut whole, &mut split] {
            look(books, at + later);
        }
        prop_assert_eq!(whole.stands(), split.stands());
        prop_assert_eq!(whole.interest_exact(whole.looked_at), split.interest_exact(split.looked_at));
    }
}
