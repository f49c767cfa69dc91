//! Telling people how far long work is, and how long it will still take.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// How often [`Lines`] speaks during one step.
const BETWEEN_LINES: Duration = Duration::from_secs(20);

/// Where long work reports to: a terminal, a log, nowhere.
pub trait Progress {
    /// A step begins, which usually takes so long on this machine.
    fn begin(&mut self, step: &str, usual: Option<Duration>);

    /// So much of the step is done.
    fn advance(&mut self, done: u64, of: u64);

    /// The step has ended well.
    fn end(&mut self);
}

/// How long something usually takes here, from the minutes it takes one core.
pub fn usual(core_minutes: u32) -> Duration {
    let cores =
        std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
    // Linking and the longest chain of crates do not get faster with more cores.
    Duration::from_secs(u64::from(core_minutes) * 60) / cores.min(16)
}

/// What is left of a step.
///
/// At its start only experience speaks (`usual`), at its end only what was seen; in between each weighs by how much is
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

/// A number of crates as a float: exact, since no build has 2^32 of them.
fn exact(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// A length of time as people say it: `40 s`, `3 min`, `1 h 5 min`.
pub fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..90 => format!("{seconds} s"),
        seconds @ 90..3600 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The state of a cargo build, from its progress bar: `Building [==>   ] 312/741: serde, …`.
pub fn cargo_bar(line: &str) -> Option<(u64, u64)> {
    let (_, bar) = line.split_once("Building [")?;
    let (_, counts) = bar.split_once("] ")?;
    let (done, rest) = counts.split_once('/')?;
    let of = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((done.trim().parse().ok()?, of.parse().ok()?))
}

/// Progress as plain lines on standard error, for logs and for when no terminal is there.
#[derive(Debug, Default)]
pub struct Lines {
    step: Option<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    usual: Option<Duration>,
    began: Instant,
    spoke: Instant,
}

impl Progress for Lines {
    fn begin(&mut self, step: &str, usual: Option<Duration>) {
        let mut line = step.to_owned();
        if let Some(usual) = usual {
            let _ = write!(line, ", about {} on {} cores", spoken(usual), cores());
        }
        eprintln!("{line}");
        let now = Instant::now();
        self.step = Some(Step { name: step.to_owned(), usual, began: now, spoke: now });
    }

    fn advance(&mut self, done: u64, of: u64) {
        let Some(step) = &mut self.step else { return };
        if step.spoke.elapsed() < BETWEEN_LINES {
            return;
        }
        step.spoke = Instant::now();
        let mut line = format!("{}: {done}/{of} crates", step.name);
        if let Some(left) = remaining(step.began.elapsed(), done, of, step.usual) {
            let _ = write!(line, ", about {} left", spoken(left));
        }
        eprintln!("{line}");
    }

    fn end(&mut self) {
        if let Some(step) = self.step.take() {
            eprintln!("{}: done in {}", step.name, spoken(step.began.elapsed()));
        }
    }
}

/// The cores a build may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
