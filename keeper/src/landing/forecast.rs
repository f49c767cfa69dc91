//! Forecasts in which slot the chain's clock will reach a second.
//!
//! The Clock sysvar shows whole seconds of a time that grows evenly with the slots. In which slots it stepped bounds the
//! part of a second that it does not show; how far it came in how many slots is the length of a slot.

use std::collections::VecDeque;

use crate::ingest::ChainTime;

/// Steps that are remembered, and how many of the last bound the unseen part of a second.
const STEPS: usize = 40;
const PHASE_STEPS: usize = 6;
/// The most slots without a reading that a forecast survives.
const LONGEST_GAP: u64 = 32;
/// The fewest steps from which a slot's length is known.
const FEWEST: usize = 4;

#[derive(Default)]
pub(super) struct Forecast {
    /// The first slot of each second, oldest first.
    steps: VecDeque<ChainTime>,
    newest: ChainTime,
}

impl Forecast {
    /// Takes in the time of a slot.
    pub fn observe(&mut self, time: ChainTime) {
        if time.slot <= self.newest.slot {
            return;
        }
        if time.unix > self.newest.unix {
            // After a long silence nobody knows when it stepped.
            if time.slot - self.newest.slot > LONGEST_GAP {
                self.steps.clear();
            }
            self.steps.push_back(time);
            if self.steps.len() > STEPS {
                self.steps.pop_front();
            }
        }
        self.newest = time;
    }

    /// The time that one slot takes, seconds.
    fn slot_secs(&self) -> Option<f64> {
        let (first, last) = (self.steps.front()?, self.steps.back()?);
        if self.steps.len() < FEWEST {
            return None;
        }
        Some(difference(last.unix, first.unix) / slots(last.slot, first.slot))
    }

    /// How likely it is that the clock of the slot after the newest has reached `due`, from 0 to 1; 0 as long as nothing
    /// is known.
    pub fn next_slot_reaches(&self, due: i64) -> f64 {
        let (Some(slot_secs), Some(last)) = (self.slot_secs(), self.steps.back()) else { return 0.0 };
        // The time at the first slot of a second is that second and less than one slot more. Earlier steps bound it further.
        let (mut low, mut high) = (0.0_f64, slot_secs);
        for step in self.steps.iter().rev().skip(1).take(PHASE_STEPS) {
            let drift = difference(step.unix, last.unix) + slot_secs * slots(last.slot, step.slot);
            let (from, to) = (drift.max(low), (drift + slot_secs).min(high));
            // They contradict each other: slots are not all of one length. The newer ones count.
            if from >= to {
                break;
            }
            (low, high) = (from, to);
        }
        let needed = difference(due, last.unix) - slot_secs * slots(self.newest.slot + 1, last.slot);
        ((high - needed) / (high - low)).clamp(0.0, 1.0)
    }
}

/// Seconds between two moments that are near each other.
fn difference(one: i64, other: i64) -> f64 {
    f64::from(i32::try_from(one.saturating_sub(other)).unwrap_or(i32::MAX))
}

/// Slots between two that are near each other.
fn slots(one: u64, other: u64) -> f64 {
    f64::from(u32::try_from(one.saturating_sub(other)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain whose slots take `slot_ms`, and whose clock shows whole seconds of them, from a start of `phase_ms`.
    fn chain(slot_ms: u64, phase_ms: u64) -> impl Fn(u64) -> ChainTime {
        move |slot| ChainTime { slot, unix: i64::try_from((phase_ms + slot * slot_ms) / 1_000).unwrap() }
    }

    #[test]
    fn on_an_even_chain_at_most_two_slots_are_likely_and_the_right_one_is_among_them() {
        for (slot_ms, phase_ms) in [(400, 0), (400, 399), (400, 730), (214, 50), (390, 5), (433, 900)] {
            let chain = chain(slot_ms, phase_ms);
            let mut forecast = Forecast::default();
            for slot in 1..60 {
                forecast.observe(chain(slot));
            }
            let mut tries = 0;
            for slot in 60..1_000 {
                let due = chain(slot - 1).unix + 1;
                let reaches = chain(slot).unix >= due;
                let likely = forecast.next_slot_reaches(due);
                assert!(!reaches || likely > 0.05, "{slot_ms} {phase_ms} {slot}: {likely}");
                tries += u32::from(likely > 0.3);
                forecast.observe(chain(slot));
            }
            let seconds = u32::try_from(940 * slot_ms / 1_000).unwrap();
            assert!(tries <= seconds * 2, "{slot_ms} {phase_ms}: {tries} tries in {seconds} s");
        }
    }

    #[test]
    fn what_is_not_known_is_not_likely_and_what_has_come_is_certain() {
        let mut forecast = Forecast::default();
        assert!(forecast.next_slot_reaches(0) < 0.01);
        let chain = chain(400, 0);
        for slot in 1..40 {
            forecast.observe(chain(slot));
        }
        let now = chain(39).unix;
        assert!(forecast.next_slot_reaches(now) > 0.99);
        assert!(forecast.next_slot_reaches(now + 2) < 0.01);
    }
}
