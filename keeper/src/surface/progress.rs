//! How long each step of a call takes, as this keeper sees it: from the moment it could be requested to the settled receipt.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::time::Instant;

/// A step of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// From the second at which it could be requested, or the keeper's first sight of it, to the landed request.
    Requested,
    /// From there to the call of the function.
    Commanded,
    /// From there to the car's receipt.
    Proven,
    /// From there to the landed transaction that settles it.
    Settled,
}

impl Stage {
    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Commanded => "commanded",
            Self::Proven => "proven",
            Self::Settled => "settled",
        }
    }
}

/// Seconds of the chain of which it is remembered when they were told.
const SECONDS: usize = 32;
/// Calls that are remembered. Those of a keeper that is so far behind say nothing.
const MOST: usize = 20_000;

/// The calls that this keeper works on, and when each reached its present stage.
#[derive(Default)]
pub struct Progress {
    told: VecDeque<(i64, Instant)>,
    calls: HashMap<Pubkey, (Stage, Instant)>,
}

impl Progress {
    /// The chain's time was told.
    pub fn clock(&mut self, unix: i64, now: Instant) {
        if self.told.back().is_none_or(|(last, _)| *last < unix) {
            self.told.push_back((unix, now));
        }
        if self.told.len() > SECONDS {
            self.told.pop_front();
        }
    }

    /// Since when a transaction that was ordered at `ordered` could land: since then, or since its second was told.
    pub fn could_land_at(&self, due: Option<i64>, ordered: Instant, now: Instant) -> Instant {
        let Some(due) = due else { return ordered };
        let told = self.told.iter().find(|(unix, _)| *unix >= due);
        // It landed before its second was told.
        told.map_or(now, |(_, at)| (*at).max(ordered))
    }

    /// A call was requested, and landed at `now`.
    pub fn requested(&mut self, call: Pubkey, now: Instant) {
        if self.calls.len() >= MOST {
            self.calls.clear();
        }
        self.calls.insert(call, (Stage::Requested, now));
    }

    /// A call reached a stage. Returns how long that took since the one before, if this keeper saw it.
    pub fn reached(&mut self, call: &Pubkey, stage: Stage, now: Instant) -> Option<Duration> {
        let before = match stage {
            Stage::Requested => return None,
            Stage::Commanded => Stage::Requested,
            Stage::Proven => Stage::Commanded,
            Stage::Settled => Stage::Proven,
        };
        let entry = self.calls.get_mut(call)?;
        if entry.0 != before {
            return None;
        }
        let took = now.duration_since(entry.1);
        if stage == Stage::Settled {
            self.calls.remove(call);
        } else {
            *entry = (stage, now);
        }
        Some(took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Pubkey = Pubkey::new_from_array([1; 32]);

    fn after(start: Instant, secs: u64) -> Instant {
        start + Duration::from_secs(secs)
    }

    #[test]
    fn each_stage_is_measured_from_the_one_before_and_once() {
        let start = Instant::now();
        let mut progress = Progress::default();
        progress.requested(CALL, start);
        assert_eq!(progress.reached(&CALL, Stage::Proven, start), None);
        let secs = |secs| Some(Duration::from_secs(secs));
        assert_eq!(progress.reached(&CALL, Stage::Commanded, after(start, 1)), secs(1));
        assert_eq!(progress.reached(&CALL, Stage::Commanded, after(start, 2)), None);
        assert_eq!(progress.reached(&CALL, Stage::Proven, after(start, 4)), secs(3));
        assert_eq!(progress.reached(&CALL, Stage::Settled, after(start, 5)), secs(1));
        assert!(progress.calls.is_empty());
    }

    #[test]
    fn a_prepared_transaction_is_measured_from_its_second() {
        let start = Instant::now();
        let mut progress = Progress::default();
        progress.clock(100, start);
        progress.clock(103, after(start, 3));
        let from = |due| progress.could_land_at(due, start, after(start, 9));
        assert_eq!(from(None), start);
        assert_eq!(from(Some(102)), after(start, 3));
        assert_eq!(from(Some(104)), after(start, 9));
    }
}
