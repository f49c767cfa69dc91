//! Growing pauses with jitter, so that many clients of one broker do not come back at the same moment.

use std::time::Duration;

/// A connection that stood this long has proved itself: the pauses before the next attempts start from the first again.
pub const PROVEN: Duration = Duration::from_secs(30);

/// Pauses that double from the first to the longest.
#[derive(Clone, Debug)]
pub struct Backoff {
    /// The part of a step that is always waited.
    least: f64,
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// Pauses from `first` to `longest`, each between half of its step and all of it.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { least: 0.5, first, longest, next: first.min(longest) }
    }

    /// Pauses from `first` to `longest`, each between none of its step and all of it: so that a fleet whose broker comes
    /// back does not come back all at once.
    pub fn with_full_jitter(first: Duration, longest: Duration) -> Self {
        Self { least: 0.0, ..Self::new(first, longest) }
    }

    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        let step = self.next;
        self.next = step.saturating_mul(2).min(self.longest);
        step.mul_f64(rand::random_range(self.least..=1.0))
    }

    /// The next pause after a connection that stood for `stood`, zero if it was never accepted. Only one that stood for
    /// [`PROVEN`] brings the pauses back to the first: a broker that accepts every client and drops it at once, because
    /// it is overloaded or misconfigured, is asked less and less often.
    pub fn pause_after(&mut self, stood: Duration) -> Duration {
        if stood >= PROVEN {
            self.next = self.first.min(self.longest);
        }
        self.pause()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// That the pause is a step of this many milliseconds with its jitter.
    #[track_caller]
    fn assert_step(pause: Duration, step: u64) {
        assert!((millis(step / 2)..=millis(step)).contains(&pause), "{pause:?} is not a step of {step} ms");
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_start_over() {
        let mut backoff = Backoff::new(millis(100), millis(350));
        for step in [100, 200, 350, 350] {
            assert_step(backoff.pause(), step);
        }
        assert_step(backoff.pause_after(PROVEN), 100);
    }

    #[test]
    fn only_a_connection_that_stood_for_a_while_resets_the_pauses() {
        let mut backoff = Backoff::new(millis(100), millis(1_000));
        for (stood, step) in [
            (Duration::ZERO, 100),
            (PROVEN / 2, 200),
            (PROVEN.mul_f64(0.99), 400),
            (PROVEN, 100),
            (Duration::ZERO, 200),
            (2 * PROVEN, 100),
        ] {
            assert_step(backoff.pause_after(stood), step);
        }
    }

    #[test]
    fn full_jitter_spreads_over_the_whole_step() {
        let pauses: Vec<_> =
            (0..200).map(|_| Backoff::with_full_jitter(millis(1_000), millis(1_000)).pause()).collect();
        assert!(pauses.iter().all(|pause| *pause <= millis(1_000)));
        assert!(pauses.iter().any(|pause| *pause < millis(250)));
        assert!(pauses.iter().any(|pause| *pause > millis(750)));
    }

    #[test]
    fn a_first_pause_above_the_longest_is_cut_to_it() {
        let mut backoff = Backoff::new(millis(500), millis(100));
        assert_step(backoff.pause(), 100);
        assert_step(backoff.pause_after(PROVEN), 100);
    }
}
