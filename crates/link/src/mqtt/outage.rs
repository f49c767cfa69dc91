//! What is said of a line's connections. Each change of state is told once; an outage that lasts is told of again, less and
//! less often.

use std::time::Duration;

use tokio::time::Instant;

use crate::backoff::PROVEN;

/// How long an outage lasts before it is told of again. It doubles each time.
const FIRST_SILENCE: Duration = Duration::from_mins(1);
const LONGEST_SILENCE: Duration = Duration::from_mins(30);

/// The last that was told of a line.
#[derive(Debug, Default)]
pub(super) struct Told {
    outage: Option<Outage>,
    /// Whether the last line said that it is connected; `None` before the first.
    is_up: Option<bool>,
}

/// From the first connection that was lost, or never stood, until one has [stood for long](PROVEN).
#[derive(Debug)]
struct Outage {
    since: Instant,
    reason: String,
    again_at: Instant,
    silence: Duration,
}

impl Told {
    /// The broker has accepted a connection. Returns whether to tell of it.
    pub fn accepted(&mut self) -> bool {
        self.is_up.replace(true).is_none_or(|was_up| !was_up)
    }

    /// A connection that stood for `stood` was lost for this reason. Returns how long there has been none if this is to be
    /// told: the first time, for a new reason, and after ever longer silences.
    pub fn lost(&mut self, reason: &str, stood: Duration, now: Instant) -> Option<Duration> {
        let outage = self.outage.as_ref().filter(|_| stood < PROVEN);
        let (since, silence) = match outage {
            Some(outage) if outage.reason != reason => (outage.since, FIRST_SILENCE),
            Some(outage) if now < outage.again_at => return None,
            Some(outage) => (outage.since, outage.silence.saturating_mul(2)),
            None => (now, FIRST_SILENCE),
        };
        let silence = silence.min(LONGEST_SILENCE);
        self.outage = Some(Outage { since, reason: reason.to_owned(), again_at: now + silence, silence });
        self.is_up = Some(false);
        Some(now - since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: &str = "connection refused";

    #[tokio::test(start_paused = true)]
    async fn an_outage_is_told_once_and_again_less_and_less_often() {
        let mut told = Told::default();
        let began = Instant::now();
        let mut lines = Vec::new();
        for second in (0..4 * 3_600).step_by(10) {
            let now = began + Duration::from_secs(second);
            lines.extend(told.lost(DOWN, Duration::ZERO, now).map(|since| since.as_secs() / 60));
        }
        assert_eq!(lines, [0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181, 211]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_state_or_reason_is_told_at_once() {
        let mut told = Told::default();
        let now = Instant::now();
        assert!(told.accepted(), "the first connection");
        assert!(told.lost(DOWN, PROVEN, now).is_some());
        assert!(told.lost(DOWN, Duration::ZERO, now).is_none());
        assert!(told.lost("refused the subscription", Duration::ZERO, now).is_some());
        assert!(told.accepted(), "it is back");
        assert!(told.lost(DOWN, PROVEN, now).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_accepts_and_drops_again_and_again_is_told_of_as_one_outage() {
        let mut told = Told::default();
        let began = Instant::now();
        let mut lines = 0;
        for second in (0..600).step_by(10) {
            let now = began + Duration::from_secs(second);
            lines += usize::from(told.accepted());
            lines += usize::from(told.lost(DOWN, Duration::from_secs(1), now).is_some());
        }
        assert!(lines <= 10, "{lines} lines in ten minutes");
    }
}
