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
    /// What the jitter is drawn from; chance if there is nothing.
    spread: Option<u64>,
}

impl Backoff {
    /// Pauses from `first` to `longest`, each between half of its step and all of it.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { least: 0.5, first, longest, next: first.min(longest), spread: None }
    }

    /// The same with jitter that follows from what tells this client from others: its address, for example.
    #[must_use]
    pub fn spread_by(self, client: &[u8]) -> Self {
        let word = |word: u64, byte: &u8| mix(word ^ u64::from(*byte));
        Self { spread: Some(client.iter().fold(0, word)), ..self }
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
        let drawn = match &mut self.spread {
            Some(word) => {
                *word = mix(*word);
                // 32 bits are a fraction without loss.
                f64::from(u32::try_from(*word >> 32).unwrap_or(0)) / f64::from(u32::MAX)
            }
            None => rand::random_range(0.0..=1.0),
        };
        step.mul_f64(self.least + (1.0 - self.least) * drawn)
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

/// The finaliser of `SplitMix64`: each bit of the result depends on each of the argument.
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
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
    fn clients_that_differ_pause_differently_and_each_always_alike() {
        let pauses = |client: &[u8]| {
            let mut backoff = Backoff::with_full_jitter(millis(1_000), millis(1_000)).spread_by(client);
            [(); 50].map(|()| backoff.pause())
        };
        assert_eq!(pauses(b"one"), pauses(b"one"));
        assert_ne!(pauses(b"one"), pauses(b"two"));
        let all = pauses(b"one");
        assert!(all.iter().any(|pause| *pause < millis(250)) && all.iter().any(|pause| *pause > millis(750)));
    }

    #[test]
    fn a_first_pause_above_the_longest_is_cut_to_it() {
        let mut backoff = Backoff::new(millis(500), millis(100));
        assert_step(backoff.pause(), 100);
        assert_step(backoff.pause_after(PROVEN), 100);
    }
}
