//! How long a lock lasts: a duration, or `until-unlocked`.

use std::num::NonZeroU32;

use super::duration::{self, DurationError};

const UNTIL_UNLOCKED: &str = "until-unlocked";

/// How long a lock lasts without renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockTtl {
    Seconds(NonZeroU32),
    UntilUnlocked,
}

/// Why a text does not say how long a lock lasts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockTtlError {
    #[error("{0:?} is too short: write how long a lock lasts, such as 30d, or until-unlocked")]
    Zero(String),
    #[error(transparent)]
    Duration(#[from] DurationError),
}

/// Reads a text such as `30d` or `until-unlocked`.
pub fn parse(text: &str) -> Result<LockTtl, LockTtlError> {
    if text == UNTIL_UNLOCKED {
        return Ok(LockTtl::UntilUnlocked);
    }
    let secs = NonZeroU32::new(duration::parse(text)?);
    secs.map(LockTtl::Seconds).ok_or_else(|| LockTtlError::Zero(text.to_owned()))
}

/// A text that [`parse`] takes back.
pub fn show(ttl: LockTtl) -> String {
    match ttl {
        LockTtl::Seconds(secs) => duration::show(secs.get().into()),
        LockTtl::UntilUnlocked => UNTIL_UNLOCKED.to_owned(),
    }
}

impl LockTtl {
    /// Seconds, if the lock ends by itself.
    pub fn new(secs: Option<u32>) -> Self {
        secs.and_then(NonZeroU32::new).map_or(Self::UntilUnlocked, Self::Seconds)
    }

    /// What the program stores: seconds, or 0 for a lock that only an unlock ends.
    pub fn stored(self) -> u32 {
        match self {
            Self::Seconds(secs) => secs.get(),
            Self::UntilUnlocked => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_shown_and_stored() {
        for (text, secs) in [("30d", 30 * 86_400), ("1s", 1), ("until-unlocked", 0)] {
            let ttl = parse(text).unwrap();
            assert_eq!((ttl.stored(), show(ttl).as_str()), (secs, text));
            assert_eq!(LockTtl::new(Some(secs)), ttl);
        }
    }

    #[test]
    fn a_lock_of_no_time_is_refused() {
        assert_eq!(parse("0s"), Err(LockTtlError::Zero("0s".to_owned())));
    }
}
