//! Attacks on the program: each case is an attack with the one error that must stop it.
//!
//! A class is one test under nextest. Run alone, this binary runs them all and prints one line a case, or one JSON
//! object with `--json`; `cargo xtask test --attacks` does that.

mod classes;
mod report;
mod suite;

use std::process::ExitCode;

use latchkey_tests_svm::doors;

use crate::classes::CLASSES;
use crate::report::{Format, report};

/// The name under which a test runner asks whether the doors cover the interface.
const COVERAGE: &str = "every_instruction_has_a_door";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    if has("--list") {
        // A test runner asks first for the names of all tests, or of those that it would leave out.
        if !has("--ignored") {
            for name in CLASSES.iter().map(|class| class.name).chain([COVERAGE]) {
                println!("{name}: test");
            }
        }
        return ExitCode::SUCCESS;
    }
    let mut is_met = true;
    if !has("--exact") || has(COVERAGE) {
        let gaps = doors::gaps();
        for gap in &gaps {
            eprintln!("{gap}");
        }
        is_met &= gaps.is_empty();
    }
    if !has(COVERAGE) {
        let format = if has("--json") { Format::Json } else { Format::Table };
        let wanted = CLASSES.iter().filter(|class| !has("--exact") || has(class.name));
        is_met &= report(wanted, format);
    }
    if is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
