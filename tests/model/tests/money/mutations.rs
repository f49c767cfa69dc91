//! The properties find the mistakes of the past.

use latchkey_tests_model::arithmetic::Habits;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::DAY;
use crate::history::{any_plan, any_times, seconds};
use crate::properties::{any_deposits, deposits, fewer_looks_cost_no_more, on_time_is_the_schedule};

/// Whether one of the properties finds fault with the way the books are kept.
fn is_found_out(habits: Habits) -> [bool; 2] {
    let config =
        Config { cases: 4_000, failure_persistence: None, max_global_rejects: 100_000, ..Config::default() };
    let failed = |outcome: Result<(), TestError<_>>| matches!(outcome, Err(TestError::Fail(..)));
    let case = (any_plan(), any_deposits(24), any_times(24), any::<u64>());
    let late =
        TestRunner::new_with_rng(config.clone(), fixed()).run(&case, |(plan, paid, looks, left_out)| {
            fewer_looks_cost_no_more(plan, deposits(&plan, &paid), &seconds(&plan, &looks), left_out, habits)
        });
    let early = prop::collection::vec(prop_oneof![Just(0), 0..40 * DAY], 30);
    let case = (any_plan(), early, any_times(24), any::<bool>());
    let on_time = TestRunner::new_with_rng(config, fixed()).run(&case, |(plan, early, looks, late_once)| {
        on_time_is_the_schedule(plan, &early, &seconds(&plan, &looks), late_once, habits)
    });
    [
        failed(late.map_err(|error| match error {
            TestError::Fail(why, _) => TestError::Fail(why, ()),
            TestError::Abort(why) => TestError::Abort(why),
        })),
        failed(on_time.map_err(|error| match error {
            TestError::Fail(why, _) => TestError::Fail(why, ()),
            TestError::Abort(why) => TestError::Abort(why),
        })),
    ]
}

fn fixed() -> proptest::test_runner::TestRng {
    proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha)
}

#[test]
fn the_contract_is_not() {
    assert_eq!(is_found_out(Habits::CONTRACT), [false, false]);
}

#[test]
fn money_that_counts_from_now_costs_who_is_collected_from_late() {
    assert_eq!(is_found_out(Habits::MONEY_FROM_NOW), [true, true]);
}

#[test]
fn fees_out_of_what_is_not_yet_due_make_the_next_instalment_late() {
    let [_, on_time] = is_found_out(Habits::FEES_FROM_SURPLUS);
    assert!(on_time);
}

#[test]
fn fees_first_make_the_next_instalment_late() {
    let [_, on_time] = is_found_out(Habits::FEES_FIRST);
    assert!(on_time);
}
