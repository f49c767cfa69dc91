//! How long to pause after failures, in the chain's time. Connections have `latchkey_link::backoff`, which draws random
//! numbers of its own; the core must be deterministic.

use anchor_lang::prelude::Pubkey;

/// Pauses that grow with each failure, spread so that several keepers do not retry at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RetryPauses {
    /// Any random number, from the caller.
    pub jitter: u64,
}

impl RetryPauses {
    /// The pauses of one vehicle: those of many that failed at the same moment end at different ones.
    pub fn of(self, vehicle: &Pubkey) -> Self {
        let mut word = [0; 8];
        word.copy_from_slice(&vehicle.as_ref()[..8]);
        Self { jitter: self.jitter ^ u64::from_le_bytes(word) }
    }

    /// The pause after so many `failures`, seconds: doubles from 1 s up to `longest`, plus up to half of it again.
    pub fn after(self, failures: u32, longest: i64) -> i64 {
        let base = 1_i64.checked_shl(failures.min(32)).unwrap_or(longest).min(longest);
        let spread = u64::try_from(base / 2 + 1).unwrap_or(1);
        // Knuth's multiplicative hash: a different spread each time from one number.
        let mixed = (self.jitter ^ u64::from(failures)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        base + i64::try_from(mixed % spread).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_half_of_it_again() {
        for (failures, base) in [(0, 1), (1, 2), (5, 32), (6, 60), (7, 60), (u32::MAX, 60)] {
            for jitter in 0..100 {
                let pause = RetryPauses { jitter }.after(failures, 60);
                assert!((base..=base + base / 2).contains(&pause), "{pause} after {failures}");
            }
        }
    }

    #[test]
    fn two_keepers_pause_for_different_times() {
        let distinct: std::collections::HashSet<_> =
            (0..100).map(|jitter| RetryPauses { jitter }.after(6, 60)).collect();
        assert!(distinct.len() > 10, "{distinct:?}");
    }

    #[test]
    fn vehicles_that_failed_together_are_tried_again_apart() {
        let pauses = RetryPauses { jitter: 7 };
        let of = |number: u8| pauses.of(&Pubkey::new_from_array([number; 32])).after(6, 60);
        let distinct: std::collections::HashSet<_> = (0..100).map(of).collect();
        assert!(distinct.len() > 10, "{distinct:?}");
    }
}
