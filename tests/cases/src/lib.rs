//! How many random cases a property test tries: the one place that reads `LATCHKEY_DEEP`.
//!
//! `cargo xtask test --deep` sets it to 1. A larger number makes a deep run that many times longer. Every property test
//! of the workspace takes its number of cases from here, so that a deep run reaches all of them:
//!
//! ```
//! use latchkey_tests_cases::cases;
//!
//! // In a test: `#![proptest_config(ProptestConfig::with_cases(cases(40)))]`.
//! assert!(cases(40) >= 40);
//! ```

use std::{env, num::ParseIntError};

/// Set to a number above 0 in a deep run.
pub const VARIABLE: &str = "LATCHKEY_DEEP";

/// Cases of a deep run for each of a normal one, where `LATCHKEY_DEEP` is 1.
const DEEPER: u32 = 20;

/// The length of a deep run, 1 for the shortest. `None` in a normal run.
///
/// # Panics
///
/// If `LATCHKEY_DEEP` is not a number: a run that was meant to be deep must not be a normal one.
pub fn deep() -> Option<u32> {
    let value = env::var(VARIABLE).ok()?;
    length(&value).unwrap_or_else(|_| panic!("{VARIABLE} must be a number, not `{value}`"))
}

/// The cases to try where a normal run tries `normal`: twenty times as many in the shortest deep run.
pub fn cases(normal: u32) -> u32 {
    match deep() {
        None => normal,
        Some(length) => normal.saturating_mul(DEEPER).saturating_mul(length),
    }
}

fn length(value: &str) -> Result<Option<u32>, ParseIntError> {
    if value.is_empty() {
        return Ok(None);
    }
    Ok(Some(value.parse()?).filter(|length| *length > 0))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_number_above_zero_is_a_deep_run() {
        assert_eq!(length("1"), Ok(Some(1)));
        assert_eq!(length("30"), Ok(Some(30)));
    }

    #[test]
    fn zero_and_nothing_are_a_normal_run() {
        assert_eq!(length("0"), Ok(None));
        assert_eq!(length(""), Ok(None));
    }

    #[test]
    fn another_word_is_refused() {
        for word in ["yes", "-1", "1.5"] {
            assert!(length(word).is_err(), "{word}");
        }
    }
}
