//! Random sequences of every instruction, by honest and hostile people, on the program's real bytes.
//!
//! A few hundred in a normal run. `LATCHKEY_DEEP=1`, which `cargo xtask test --deep` sets, makes it 17,500; another number
//! multiplies that. A refusal must be for a rule that the reference names too.

mod faults;
mod interface;

use std::sync::Mutex;

use interface::differences;
use latchkey_tests_model::calls::Call;
use latchkey_tests_model::generate::{Flavour, any_call};
use latchkey_tests_model::run::{any_sequence, run};
use latchkey_tests_model::tally::Tally;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

/// Runs sequences of a flavour: in a normal run the same every time, in a deep run a quarter of ten thousand new ones.
fn run_many(flavour: Flavour) {
    let length = latchkey_tests_cases::deep();
    let cases = latchkey_tests_cases::cases(125);
    let persistence = FileFailurePersistence::SourceParallel("proptest-regressions");
    let config = Config {
        cases,
        max_shrink_iters: 3_000,
        failure_persistence: Some(Box::new(persistence)),
        source_file: Some(file!()),
        ..Config::default()
    };
    let mut runner = if length.is_some() {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    };
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
    // Few sequences may miss a rare one, and a faithful borrower takes no part in many.
    if length.is_some() && flavour != Flavour::Faithful {
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
    run_many(Flavour::Money);
}

#[test]
fn function_calls_lock_unlock_and_pay_as_the_contract_says() {
    run_many(Flavour::Calls);
}

#[test]
fn hostile_people_get_nothing_that_the_contract_does_not_give() {
    run_many(Flavour::Hostile);
}

#[test]
fn a_faithful_borrower_is_never_late_told_or_locked_whatever_others_do() {
    run_many(Flavour::Faithful);
}
