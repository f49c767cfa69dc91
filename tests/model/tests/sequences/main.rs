//! Random sequences of every instruction, by honest and hostile people, on the program's real bytes.
//!
//! A few hundred in a normal run. `LATCHKEY_DEEP=1`, which `cargo xtask test --deep` sets, makes it thousands; another
//! number multiplies that.

mod interface;

use std::sync::Mutex;

use latchkey_tests_model::calls::Call;
use latchkey_tests_model::generate::{Flavour, any_call};
use latchkey_tests_model::run::{Tally, any_sequence, run};
use interface::differences;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

/// Runs `cases` sequences of a flavour, in a deep run `deep` times the length that is set.
fn run_many(flavour: Flavour, cases: u32, deep: u32) {
    let length = latchkey_tests_cases::deep();
    let cases = length.map_or(cases, |length| deep * length);
    let persistence = FileFailurePersistence::SourceParallel("proptest-regressions");
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 3_000,
        failure_persistence: Some(Box::new(persistence)),
        source_file: Some(file!()),
        ..Config::default()
    });
    let tally = Mutex::new(Tally::default());
    let result = runner.run(&any_sequence(flavour), |sequence| {
        // A failure panics here, before the lock: what shrinks must fail for its own reason.
        let one = run(&sequence);
        tally.lock().expect("no holder of the lock panics").add(&one);
        Ok(())
    });
    let tally = tally.into_inner().expect("no holder of the lock panics");
    let (all, accepted) = tally.transactions();
    println!("{cases} sequences, {all} transactions, {accepted} accepted\n{tally}");
    if let Err(failure) = result {
        panic!("{failure}");
    }
    // Few sequences may miss a rare one.
    if length.is_some() {
        assert!(tally.is_complete(), "every instruction and every request is accepted and refused:\n{tally}");
    }
}

#[test]
fn the_model_knows_every_instruction() {
    let fix = "add it to the table in tests/model/src/calls.rs; the compiler names what else it needs";
    let gaps = differences(Call::INSTRUCTIONS.iter().copied(), fix);
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn every_instruction_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let calls = any_call(Flavour::Hostile);
    let drawn = (0..4_000).map(|_| calls.new_tree(&mut runner).expect("it always draws one").current());
    let drawn: Vec<_> = drawn.map(|call| call.instruction()).collect();
    let gaps = differences(drawn, "draw it in tests/model/src/calls.rs");
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn loans_paid_and_not_paid_are_what_the_contract_says() {
    run_many(Flavour::Money, 100, 4_000);
}

#[test]
fn function_calls_lock_unlock_and_pay_as_the_contract_says() {
    run_many(Flavour::Calls, 100, 4_000);
}

#[test]
fn hostile_people_get_nothing_that_the_contract_does_not_give() {
    run_many(Flavour::Hostile, 100, 4_000);
}
