//! A second too early or too late, at every deadline. Where an attack is to fail at the second itself, the second
//! before it would have been in time, and the other way round; `t` is the deadline.

mod requests;
mod servicing;

use latchkey::errors::LatchkeyError as E;
use latchkey_tests_svm::checkpoint::Checkpoints;
use latchkey_tests_svm::{Expected, LoanFixture, Outcome};

use crate::suite::Case;

/// Something with a deadline, tried at three seconds around it.
struct Deadline {
    name: &'static str,
    instruction: &'static str,
    /// What is said the second before, at, and the second after.
    expected: [Expected; 3],
    /// The state it begins in, and the deadline.
    begin: fn(&mut Checkpoints) -> (LoanFixture, i64),
    /// The attack in words.
    attempt: fn(&mut LoanFixture) -> Outcome,
}

const OK: Expected = Expected::Harmless;

const fn no(rule: E) -> Expected {
    Expected::Rule(rule)
}

/// Not before the deadline.
const fn from(rule: E) -> [Expected; 3] {
    [no(rule), OK, OK]
}

/// Not after the deadline, which itself is in time.
const fn ends_after(rule: E) -> [Expected; 3] {
    [OK, OK, no(rule)]
}

/// Not from the deadline on.
const fn until(rule: E) -> [Expected; 3] {
    [OK, no(rule), no(rule)]
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for deadline in requests::DEADLINES.iter().chain(servicing::DEADLINES) {
        for (around, (when, expected)) in (-1..).zip(["t-1", "t", "t+1"].into_iter().zip(deadline.expected)) {
            let name = format!("{} at {when}", deadline.name);
            cases.push(Case::new(name, deadline.instruction, expected, move |checkpoints| {
                let (mut fixture, deadline_at) = (deadline.begin)(checkpoints);
                fixture.at(deadline_at + around);
                (deadline.attempt)(&mut fixture)
            }));
        }
    }
    cases
}
