//! Estimates, and times in words.

use std::time::Duration;

use latchkey_progress::{remaining, spoken};

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn at_the_start_experience_speaks() {
    assert_eq!(remaining(Duration::ZERO, 0, 741, Some(24 * MINUTE)), Some(24 * MINUTE));
    assert_eq!(remaining(4 * MINUTE, 0, 741, Some(24 * MINUTE)), Some(20 * MINUTE));
}

#[test]
fn toward_the_end_what_was_seen_outweighs_it() {
    // Ten times slower than usual, and nine tenths done: a tenth of what it took is left, not "any moment".
    let left = remaining(90 * MINUTE, 90, 100, Some(9 * MINUTE)).expect("both are known");
    assert!((8 * MINUTE..=10 * MINUTE).contains(&left), "{left:?}");
    assert_eq!(remaining(MINUTE, 100, 100, Some(24 * MINUTE)), Some(Duration::ZERO));
}

#[test]
fn without_experience_nothing_is_said_until_something_is_done() {
    assert_eq!(remaining(MINUTE, 0, 100, None), None);
    assert_eq!(remaining(MINUTE, 1, 100, None), None);
    assert_eq!(remaining(MINUTE, 50, 100, None), Some(MINUTE));
}

#[test]
fn time_is_written_as_people_say_it() {
    let said: Vec<_> = [40, 89, 90, 149, 151, 1440, 3900].map(|s| spoken(Duration::from_secs(s))).into();
    assert_eq!(said, ["40 s", "89 s", "2 min", "2 min", "3 min", "24 min", "1 h 5 min"]);
}
