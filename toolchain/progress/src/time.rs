use std::time::Duration;

/// How long something usually takes here, from the seconds that it takes one core.
pub fn usual(core_seconds: u32) -> Duration {
    let cores = u32::try_from(cores()).unwrap_or(1);
    // Linking and the longest chain of crates do not get faster with more cores.
    Duration::from_secs(u64::from(core_seconds)) / cores.min(16)
}

/// What is left of a step.
///
/// At its start only experience counts (`usual`), at its end only what was seen; in between each counts by how much is
/// done.
pub fn remaining(elapsed: Duration, done: u64, of: u64, usual: Option<Duration>) -> Option<Duration> {
    let fraction = if of == 0 { 0.0 } else { (exact(done) / exact(of)).clamp(0.0, 1.0) };
    let seen = (fraction > 0.0).then(|| elapsed.mul_f64((1.0 - fraction) / fraction));
    let expected = usual.map(|usual| usual.saturating_sub(elapsed));
    match (seen, expected) {
        (Some(seen), Some(expected)) => Some(seen.mul_f64(fraction) + expected.mul_f64(1.0 - fraction)),
        (Some(seen), None) => (fraction > 0.05).then_some(seen),
        (None, expected) => expected,
    }
}

/// A number of compilations as a float: exact, since no build has 2^32 of them.
fn exact(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// A length of time in words: `40 s`, `3 min`, `1 h 5 min`.
pub fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..90 => format!("{seconds} s"),
        seconds @ 90..3600 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The cores a build may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
