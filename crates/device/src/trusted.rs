//! Time that the car can trust: network time heard since the machine started, carried on by the elapsed clock.

use crate::clock::Clocks;

/// How far the car's time and that of a command's signer may be apart, seconds.
pub const SKEW: u64 = 60;
/// How much the elapsed clock may be off, seconds for each million.
const DRIFT_PER_MILLION: u64 = 20;

/// A time that can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// Unix seconds.
    pub unix: i64,
    /// How far it may be off, seconds: it grows while no network time is heard.
    pub within: u64,
}

impl Trusted {
    /// The latest time that it may be.
    pub fn latest(self) -> i64 {
        self.unix.saturating_add_unsigned(self.within)
    }
}

/// The last network time heard, and one that contradicts it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrustedTime {
    heard: Option<Heard>,
    doubt: Option<Heard>,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    unix: i64,
    /// On the elapsed clock.
    at: u64,
}

impl Heard {
    /// The time at this moment of the elapsed clock.
    fn carried_to(self, elapsed: u64) -> Trusted {
        let age = elapsed.saturating_sub(self.at);
        let within = age.saturating_mul(DRIFT_PER_MILLION).div_ceil(1_000_000);
        Trusted { unix: self.unix.saturating_add_unsigned(age), within }
    }

    /// Whether it agrees with a reading of the network at this moment.
    fn agrees(self, unix: i64, elapsed: u64) -> bool {
        let expected = self.carried_to(elapsed);
        expected.unix.abs_diff(unix) <= SKEW.saturating_add(expected.within)
    }
}

impl TrustedTime {
    /// Takes note of the clocks, and says what time it is if that can be known.
    ///
    /// A network time that contradicts the one before is believed only once it has stood for [`SKEW`] seconds, and
    /// until then no time is: one wrong answer decides nothing, and nothing is stuck after it.
    pub fn observe(&mut self, clocks: &Clocks) -> Option<Trusted> {
        let elapsed = clocks.elapsed;
        let Some(unix) = clocks.network else {
            let time = self.heard?.carried_to(elapsed);
            return (time.within <= SKEW && self.doubt.is_none()).then_some(time);
        };
        let reading = Heard { unix, at: elapsed };
        if self.heard.is_none_or(|heard| heard.agrees(unix, elapsed)) {
            (self.heard, self.doubt) = (Some(reading), None);
            return Some(reading.carried_to(elapsed));
        }
        match self.doubt {
            Some(doubt) if doubt.agrees(unix, elapsed) => {
                if elapsed.saturating_sub(doubt.at) >= SKEW {
                    (self.heard, self.doubt) = (Some(reading), None);
                    return Some(reading.carried_to(elapsed));
                }
            }
            _ => self.doubt = Some(reading),
        }
        None
    }
}

/// Counts elapsed time so that a clock that is slow by its drift still counts no less than the time that passed.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    counted_to: u64,
    /// Millionths of a second of drift not yet counted.
    carried: u64,
}

impl Stopwatch {
    pub fn started_at(elapsed: u64) -> Self {
        Self { counted_to: elapsed, carried: 0 }
    }

    /// Seconds since the last look.
    pub fn lap(&mut self, elapsed: u64) -> u64 {
        let passed = elapsed.saturating_sub(self.counted_to);
        self.counted_to = self.counted_to.max(elapsed);
        let drift = self.carried.saturating_add(passed.saturating_mul(DRIFT_PER_MILLION));
        self.carried = drift % 1_000_000;
        passed.saturating_add(drift / 1_000_000)
    }

    /// The moment of the last look, on the elapsed clock.
    pub fn counted_to(&self) -> u64 {
        self.counted_to
    }
}
