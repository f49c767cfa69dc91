//! Which of several keepers goes first where any of them may: all of them would send the same, and all but one for nothing.
//!
//! Where the lender's allow-list names them, they take turns by a hash of vehicle, number and keeper: each is first for
//! its share, and the next follows a few seconds later, within any lease. Where the list is open nobody knows who else is
//! there: a keeper that has lately seen another at work waits for a random moment, one that has not goes at once.

use anchor_lang::prelude::Pubkey;
use latchkey::state::Lender;

/// From one keeper's turn to the next one's, seconds: eight take their turns within the shortest lease.
const TURN: i64 = 3;
/// How long another keeper is expected to be there after it was seen, seconds.
pub(super) const RIVAL_SECS: i64 = 3_600;
/// The longest wait where the list is open, seconds.
const SPREAD: u64 = 2;

/// How long this keeper leaves the work to others, seconds. `number` is the call's sequence number, or any other that the
/// keepers agree on.
pub(super) fn delay(
    keeper: &Pubkey,
    lender: &Lender,
    vehicle: &Pubkey,
    number: u64,
    rival_seen_at: Option<i64>,
    now: i64,
) -> i64 {
    let score = |keeper: &Pubkey| weigh(vehicle, number, keeper);
    if lender.keepers.is_empty() {
        let has_rivals = rival_seen_at.is_some_and(|at| now < at.saturating_add(RIVAL_SECS));
        let wait = if has_rivals { score(keeper) % (SPREAD + 1) } else { 0 };
        return i64::try_from(wait).unwrap_or(0);
    }
    let mine = score(keeper);
    let is_listed = lender.keepers.contains(keeper);
    let before = |other: &&Pubkey| **other != *keeper && (!is_listed || score(other) < mine);
    let rank = lender.keepers.iter().filter(before).count();
    TURN * i64::try_from(rank).unwrap_or(0)
}

/// A number that all keepers compute alike.
fn weigh(vehicle: &Pubkey, number: u64, keeper: &Pubkey) -> u64 {
    let words = vehicle.as_ref().chunks_exact(8).chain(keeper.as_ref().chunks_exact(8));
    words.fold(mix(number), |hash, word| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(word);
        mix(hash ^ u64::from_le_bytes(bytes))
    })
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
    use latchkey::fixtures;

    use super::*;

    fn key(number: u8) -> Pubkey {
        Pubkey::new_from_array([number; 32])
    }

    fn list(keepers: u8) -> Lender {
        Lender { keepers: (1..=keepers).map(key).collect(), ..fixtures::lender() }
    }

    #[test]
    fn the_keepers_of_a_list_take_turns_and_each_is_first_for_its_share() {
        let lender = list(8);
        let mut first = [0; 8];
        for number in 0..800 {
            let delays: Vec<i64> = lender
                .keepers
                .iter()
                .map(|keeper| delay(keeper, &lender, &key(77), number, None, 0))
                .collect();
            let mut sorted = delays.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..8).map(|rank| rank * TURN).collect::<Vec<_>>());
            assert!(sorted[7] < 30, "within the shortest lease");
            first[delays.iter().position(|delay| *delay == 0).unwrap()] += 1;
        }
        assert!(first.iter().all(|share| (60..140).contains(share)), "{first:?}");
    }

    #[test]
    fn a_keeper_that_is_not_on_the_list_comes_after_all_that_are() {
        assert_eq!(delay(&key(9), &list(3), &key(77), 1, None, 0), 3 * TURN);
        assert_eq!(delay(&key(1), &list(1), &key(77), 1, None, 0), 0);
    }

    #[test]
    fn where_the_list_is_open_only_a_keeper_that_has_seen_another_waits() {
        let lender = list(0);
        let longest = |seen: Option<i64>, now| {
            (0..100).map(|number| delay(&key(1), &lender, &key(77), number, seen, now)).max().unwrap()
        };
        assert_eq!(longest(None, 100), 0);
        let hour = [RIVAL_SECS - 1, RIVAL_SECS, RIVAL_SECS + 1];
        assert_eq!(hour.map(|since| longest(Some(100), 100 + since)), [2, 0, 0]);
    }
}
