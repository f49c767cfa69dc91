//! The program attacked by us before anyone else does: each case is an attack with the one error that must stop it.
//!
//! A class is one test under nextest. Run alone, this binary runs them all and prints one line a case, or one JSON
//! object with `--json`; `cargo xtask test --attacks` does that.

mod checkpoint;
mod classes;
mod door;
mod report;
mod suite;

use std::process::ExitCode;

use crate::classes::CLASSES;
use crate::report::{Format, report};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    if has("--list") {
        // What a test runner asks first: the names of all tests, or of those it would leave out.
        if !has("--ignored") {
            for class in CLASSES {
                println!("{}: test", class.name);
            }
        }
        return ExitCode::SUCCESS;
    }
    let format = if has("--json") { Format::Json } else { Format::Table };
    let wanted = CLASSES.iter().filter(|class| !has("--exact") || has(class.name));
    if report(wanted, format) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
