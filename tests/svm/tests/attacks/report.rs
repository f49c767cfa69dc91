//! Running cases and printing the result of each.

use latchkey_tests_svm::checkpoint::Checkpoints;
use serde_json::json;

use crate::suite::Class;

/// How to print the results.
#[derive(Clone, Copy)]
pub enum Format {
    /// A table for people.
    Table,
    /// One JSON object a line.
    Json,
}

/// Runs the classes' cases and prints one line each. Returns whether all were met.
pub fn report<'c>(classes: impl Iterator<Item = &'c Class>, format: Format) -> bool {
    let mut checkpoints = Checkpoints::default();
    let (mut count, mut unmet) = (0, 0);
    for class in classes {
        for case in (class.cases)() {
            let outcome = (case.run)(&mut checkpoints);
            let met = case.expected.is_met(&outcome);
            let (name, expected) = (format!("{}: {}", class.name, case.name), case.expected.to_string());
            match format {
                Format::Json => println!(
                    "{}",
                    json!({"case": name, "instruction": case.instruction, "expected": expected, "met": met})
                ),
                Format::Table => {
                    let mark = if met { "met  " } else { "UNMET" };
                    println!("{mark}  {:<20}  {expected:<32}  {name}", case.instruction);
                }
            }
            if !met {
                eprintln!("{name}: {expected} should stop {}, but {}", case.instruction, outcome.describe());
                unmet += 1;
            }
            count += 1;
        }
    }
    eprintln!("{count} attacks, {unmet} not met");
    unmet == 0
}
