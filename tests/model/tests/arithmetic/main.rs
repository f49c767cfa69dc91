//! The program's rules against the same contract written a second time, and both against published examples.

mod agreement;
mod bounds;
mod published;
mod subject;

use proptest::test_runner::Config;

/// So many cases in a normal run, more in a deep one.
fn cases(normal: u32) -> Config {
    let cases = latchkey_tests_cases::cases(normal);
    // A test draws another case for each that it cannot use.
    Config { cases, max_global_rejects: cases * 4, ..Config::default() }
}
