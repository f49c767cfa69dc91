//! Growing pauses with jitter, so that many clients of one broker do not come back in step.

use std::time::Duration;

/// Pauses that double from the first to the longest.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first.min(longest) }
    }

    /// The next pause: between half of the present step and all of it.
    pub fn pause(&mut self) -> Duration {
        let step = self.next;
        self.next = step.saturating_mul(2).min(self.longest);
        step.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// Starts from the first pause again.
    pub fn reset(&mut self) {
        self.next = self.first.min(self.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_over() {
        let millis = Duration::from_millis;
        let mut backoff = Backoff::new(millis(100), millis(350));
        for step in [100, 200, 350, 350] {
            let pause = backoff.pause();
            assert!((millis(step / 2)..=millis(step)).contains(&pause), "{pause:?} of {step} ms");
        }
        backoff.reset();
        assert!(backoff.pause() <= millis(100));
    }
}
