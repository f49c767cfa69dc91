//! One time from several nodes: the Clock sysvar's, by slot, without the node that is off by more than the others.
//!
//! No clock of this machine is asked what time it is. It only measures how long ago the last reading was.

use std::collections::HashMap;
use std::time::Duration;

/// Two readings may differ by so many seconds, and by one more for each slot between them.
const SLACK_SECS: u64 = 10;
/// Two readings may be so many slots apart, and by some more for each second between them.
const SLACK_SLOTS: u64 = 300;
const SLOTS_PER_SEC: u64 = 20;
/// A node counts as one of those that agree or disagree for so long after its last reading.
const FRESH: Duration = Duration::from_secs(10);
/// A node without a second one to ask is believed a jump after it has kept to it for so long.
const PERSISTENCE: Duration = Duration::from_secs(30);

/// How long the first node to tell the time waits for another.
const OTHERS: Duration = Duration::from_secs(5);

/// What a node says the time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which node.
    pub node: usize,
    pub slot: u64,
    pub unix: i64,
    /// When it was received, since any fixed moment.
    pub at: Duration,
}

/// The chain's time at a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainTime {
    pub slot: u64,
    /// 0 as long as it is not known.
    pub unix: i64,
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It is newer than what was known.
    New(ChainTime),
    /// It agrees, and is not newer.
    Known,
    /// Not believed yet: there is nothing to compare it with.
    Unproven,
    /// Off by more than the others; the first of a row of such readings is worth a line.
    Ignored { is_first: bool },
}

/// Readings of one node, each in line with the one before.
struct Row {
    first: Reading,
    last: Reading,
    length: u32,
    ignored: bool,
}

/// The time of the chain, from all nodes.
#[derive(Default)]
pub struct MergedClock {
    /// Whether there is more than one.
    several: bool,
    rows: HashMap<usize, Row>,
    accepted: Option<Reading>,
}

impl MergedClock {
    /// For so many nodes.
    pub fn of(nodes: usize) -> Self {
        Self { several: nodes > 1, ..Self::default() }
    }

    /// Takes in a reading.
    pub fn read(&mut self, reading: Reading) -> Judged {
        self.extend_row(reading);
        let believed = match self.accepted {
            Some(accepted) => are_in_line(&accepted, &reading) || self.is_outvoted(&reading),
            None => self.is_proven_at_start(&reading),
        };
        if believed {
            let newest = if self.accepted.is_some() { reading } else { self.newest_in_line(reading) };
            return self.accept(newest);
        }
        let Some(row) = self.rows.get_mut(&reading.node).filter(|_| self.accepted.is_some()) else {
            return Judged::Unproven;
        };
        Judged::Ignored { is_first: !std::mem::replace(&mut row.ignored, true) }
    }

    fn accept(&mut self, reading: Reading) -> Judged {
        if let Some(row) = self.rows.get_mut(&reading.node) {
            row.ignored = false;
        }
        let known = self.accepted.filter(|known| are_in_line(known, &reading));
        if known.is_some_and(|known| reading.slot <= known.slot) {
            return Judged::Known;
        }
        // Time does not go back, whatever fork a node is on.
        let unix = known.map_or(reading.unix, |known| known.unix.max(reading.unix));
        self.accepted = Some(Reading { unix, ..reading });
        Judged::New(ChainTime { slot: reading.slot, unix })
    }

    fn extend_row(&mut self, reading: Reading) {
        let new = Row { first: reading, last: reading, length: 1, ignored: false };
        let row = self.rows.entry(reading.node).or_insert(new);
        if !are_in_line(&row.last, &reading) {
            *row = Row { first: reading, last: reading, length: 1, ignored: false };
        } else if reading.slot > row.last.slot {
            row.last = reading;
            row.length += 1;
        }
    }

    /// Before anything is accepted, a reading needs a second one: of another node, or of the same one in another slot. Where
    /// there are several nodes, the first to tell may be one that lags: it is believed alone once the others had time to tell.
    fn is_proven_at_start(&self, reading: &Reading) -> bool {
        let (agree, fresh) = self.votes(reading);
        let waited = |row: &Row| !self.several || reading.at.saturating_sub(row.first.at) >= OTHERS;
        let alone = self.rows.get(&reading.node).is_some_and(|row| row.length > 1 && waited(row));
        agree * 2 > fresh && (agree > 1 || alone)
    }

    /// The newest reading that can be true with this one.
    fn newest_in_line(&self, reading: Reading) -> Reading {
        let others = self.rows.values().map(|row| row.last).filter(|last| are_in_line(last, &reading));
        others.fold(reading, |newest, other| if other.slot > newest.slot { other } else { newest })
    }

    /// Whether more than half of the nodes say so against what was accepted; a single node must keep to it for a while.
    fn is_outvoted(&self, reading: &Reading) -> bool {
        let (agree, fresh) = self.votes(reading);
        let persists = self
            .rows
            .get(&reading.node)
            .is_some_and(|row| row.length > 2 && reading.at.saturating_sub(row.first.at) >= PERSISTENCE);
        agree * 2 > fresh && (agree > 1 || persists)
    }

    /// How many nodes agree with a reading, itself among them, and how many have told a time lately.
    fn votes(&self, reading: &Reading) -> (usize, usize) {
        let fresh = self.rows.values().filter(|row| reading.at.saturating_sub(row.last.at) <= FRESH);
        fresh.fold((0, 0), |(agree, fresh), row| {
            (agree + usize::from(are_in_line(&row.last, reading)), fresh + 1)
        })
    }
}

/// Whether both can be true of one chain.
fn are_in_line(one: &Reading, other: &Reading) -> bool {
    let slots = one.slot.abs_diff(other.slot);
    let secs = one.at.abs_diff(other.at).as_secs();
    slots <= SLACK_SLOTS.saturating_add(SLOTS_PER_SEC.saturating_mul(secs))
        && one.unix.abs_diff(other.unix) <= SLACK_SECS.saturating_add(slots).saturating_add(2 * secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: i64 = 365 * 86_400;

    fn reading(node: usize, slot: u64, unix: i64) -> Reading {
        // A slot takes 400 ms.
        Reading { node, slot, unix, at: Duration::from_millis(slot * 400) }
    }

    fn new(slot: u64, unix: i64) -> Judged {
        Judged::New(ChainTime { slot, unix })
    }

    /// A clock that one node has told the time for two slots.
    fn running() -> MergedClock {
        let mut clock = MergedClock::default();
        assert_eq!(clock.read(reading(0, 100, 1_000)), Judged::Unproven);
        assert_eq!(clock.read(reading(0, 101, 1_000)), new(101, 1_000));
        clock
    }

    #[test]
    fn a_single_node_a_year_ahead_once_is_ignored_and_believed_again_after() {
        let mut clock = running();
        assert_eq!(clock.read(reading(0, 102, 1_000 + YEAR)), Judged::Ignored { is_first: true });
        assert_eq!(clock.read(reading(0, 103, 1_001)), new(103, 1_001));
        assert_eq!(clock.read(reading(0, 104, 1_001)), new(104, 1_001));
    }

    #[test]
    fn a_year_ahead_in_the_first_reading_of_all_is_not_believed() {
        let mut clock = MergedClock::default();
        assert_eq!(clock.read(reading(0, 100, 1_000 + YEAR)), Judged::Unproven);
        assert_eq!(clock.read(reading(0, 101, 1_000)), Judged::Unproven);
        assert_eq!(clock.read(reading(0, 102, 1_001)), new(102, 1_001));
    }

    #[test]
    fn of_several_nodes_the_first_to_tell_may_lag_and_waits_for_another() {
        let mut clock = MergedClock::of(2);
        // The first lags 200 slots, and so its readings come when they are old.
        let lags =
            |slot: u64| Reading { at: Duration::from_millis((slot + 200) * 400), ..reading(0, slot, 1_000) };
        assert_eq!(clock.read(lags(100)), Judged::Unproven);
        assert_eq!(clock.read(lags(101)), Judged::Unproven);
        assert_eq!(clock.read(reading(1, 302, 1_080)), new(302, 1_080));
        assert_eq!(clock.read(lags(102)), Judged::Known);
    }

    #[test]
    fn the_newest_of_two_first_readings_counts_whichever_came_first() {
        let mut clock = MergedClock::of(2);
        assert_eq!(clock.read(reading(1, 300, 1_080)), Judged::Unproven);
        let lags = Reading { at: reading(1, 300, 0).at, ..reading(0, 100, 1_000) };
        assert_eq!(clock.read(lags), new(300, 1_080));
    }

    #[test]
    fn of_several_nodes_one_that_is_alone_is_believed_after_five_seconds() {
        let mut clock = MergedClock::of(2);
        for slot in 100..112 {
            assert_eq!(clock.read(reading(0, slot, 1_000)), Judged::Unproven, "{slot}");
        }
        // 13 slots of 400 ms are 5.2 s.
        assert_eq!(clock.read(reading(0, 113, 1_000)), new(113, 1_000));
    }

    #[test]
    fn of_three_nodes_the_one_that_is_off_is_ignored_for_as_long_as_it_is() {
        let mut clock = MergedClock::default();
        clock.read(reading(0, 100, 1_000));
        assert_eq!(clock.read(reading(1, 100, 1_000)), new(100, 1_000));
        for slot in 101..400 {
            let unix = 1_000 + i64::try_from((slot - 100) * 2 / 5).unwrap();
            let off = clock.read(reading(2, slot, unix - YEAR));
            assert_eq!(off, Judged::Ignored { is_first: slot == 101 }, "{slot}");
            assert_eq!(clock.read(reading(0, slot, unix)), new(slot, unix));
            assert_eq!(clock.read(reading(1, slot, unix)), Judged::Known);
        }
    }

    #[test]
    fn when_all_nodes_jump_the_chain_has() {
        let mut clock = running();
        clock.read(reading(1, 101, 1_000));
        assert_eq!(clock.read(reading(0, 102, 20_000)), Judged::Ignored { is_first: true });
        assert_eq!(clock.read(reading(1, 102, 20_000)), new(102, 20_000));
    }

    #[test]
    fn a_single_node_is_believed_a_jump_that_it_keeps_to() {
        let mut clock = running();
        let after = |slot: u64| 20_000 + i64::try_from((slot - 102) * 2 / 5).unwrap();
        let accepted = (102..300).find(|slot| {
            clock.read(reading(0, *slot, after(*slot))) != Judged::Ignored { is_first: *slot == 102 }
        });
        // 30 s are 75 slots.
        assert_eq!(accepted, Some(177));
    }

    #[test]
    fn a_node_that_lags_turns_nothing_back() {
        let mut clock = running();
        assert_eq!(clock.read(reading(1, 81, 992)), Judged::Known);
        // A fork whose clock is behind in a later slot.
        assert_eq!(clock.read(reading(1, 102, 999)), new(102, 1_000));
    }

    #[test]
    fn a_slot_that_cannot_be_is_ignored_and_blocks_nothing() {
        let mut clock = running();
        let impossible = Reading { slot: 10_000_000, ..reading(1, 102, 1_001) };
        assert_eq!(clock.read(impossible), Judged::Ignored { is_first: true });
        assert_eq!(clock.read(reading(0, 102, 1_001)), new(102, 1_001));
    }
}
