//! How long a call may take: as long as the asker wants, and never longer than the platform lets it live.

use std::time::{Duration, SystemTime};

/// How long before the platform ends a call its answer is on the way.
const MARGIN: Duration = Duration::from_secs(2);
/// The least that is tried: reading the chain and sending the command takes a moment, whoever waits for the car.
const LEAST: Duration = Duration::from_secs(3);

/// The longest that a Lambda lives.
const LONGEST_LIFE: Duration = Duration::from_mins(15);

/// When the platform ends the present call.
#[derive(Clone, Copy, Debug)]
pub struct PlatformEnd(pub SystemTime);

impl PlatformEnd {
    /// When the platform says that it ends the call. No Lambda lives longer than 15 minutes: what lies further from now is no
    /// time of this call, such as the constant that an emulator writes.
    pub fn of_lambda(end: SystemTime, now: SystemTime) -> Option<Self> {
        let distance = end.duration_since(now).or_else(|_| now.duration_since(end)).ok()?;
        (distance <= LONGEST_LIFE).then_some(Self(end))
    }
}

/// How long a call may take, if the asker would wait for `wanted`.
pub fn limit(
    wanted: Option<Duration>,
    longest: Duration,
    platform: Option<PlatformEnd>,
    now: SystemTime,
) -> Duration {
    let wanted = wanted.unwrap_or(longest).min(longest).max(LEAST);
    let Some(PlatformEnd(end)) = platform else { return wanted };
    let left = end.duration_since(now).unwrap_or(Duration::ZERO);
    wanted.min(left.saturating_sub(MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_call_is_answered_before_the_platform_ends_it() {
        let now = SystemTime::UNIX_EPOCH + secs(1_000);
        let ends_in = |left| Some(PlatformEnd(now + secs(left)));
        for (wanted, platform, limited) in [
            (None, None, secs(20)),
            (Some(secs(5)), None, secs(5)),
            (Some(secs(100)), None, secs(20)),
            (Some(secs(0)), None, LEAST),
            (Some(secs(20)), ends_in(23), secs(20)),
            (Some(secs(20)), ends_in(22), secs(20)),
            (Some(secs(20)), ends_in(21), secs(19)),
            (None, ends_in(4), secs(2)),
            (Some(secs(0)), ends_in(4), secs(2)),
            (None, ends_in(1), secs(0)),
        ] {
            assert_eq!(limit(wanted, secs(20), platform, now), limited, "{wanted:?} {platform:?}");
        }
        let sane = |end| PlatformEnd::of_lambda(end, now).is_some();
        assert_eq!([900, 901].map(|left| sane(now + secs(left))), [true, false]);
        assert!(sane(now - secs(1)) && !sane(SystemTime::UNIX_EPOCH + secs(90)));
        // Past its end: nothing is begun.
        assert_eq!(limit(None, secs(20), Some(PlatformEnd(now - secs(1))), now), secs(0));
    }
}
