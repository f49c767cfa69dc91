//! What is due for loans and not done yet, as the last decision about each of them found it. Whether it is sent, pauses after
//! a failure or is left to others makes no difference.

use std::collections::HashMap;

use super::book::RowId;

/// Work that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The operation's name.
    pub name: &'static str,
    /// What tells it from the next one of its kind.
    pub number: u64,
}

/// Work that is due since some time, by the chain's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub due: Due,
    /// When this keeper first saw it.
    pub since: i64,
}

/// What a loan waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub waiting: Vec<Waiting>,
    /// Since when this keeper has seen the car locked, as far as the chain knows, though an unlock is due.
    pub locked_since: Option<i64>,
}

/// Every loan that waits for something.
#[derive(Default)]
pub(super) struct Backlog(HashMap<RowId, Entry>);

impl Backlog {
    /// Takes in what a decision at `now` found.
    pub fn note(&mut self, id: RowId, due: &[Due], is_locked_though_cured: bool, now: i64) {
        if due.is_empty() && !is_locked_though_cured {
            self.0.remove(&id);
            return;
        }
        let entry = self.0.entry(id).or_default();
        let since = |due: &Due| {
            let before = entry.waiting.iter().find(|waiting| waiting.due == *due);
            before.map_or(now, |waiting| waiting.since)
        };
        entry.waiting = due.iter().map(|due| Waiting { due: *due, since: since(due) }).collect();
        entry.locked_since = is_locked_though_cured.then(|| entry.locked_since.unwrap_or(now));
    }

    /// The loan was closed.
    pub fn forget(&mut self, id: RowId) {
        self.0.remove(&id);
    }

    /// What was taken for the time was wrong: everything waits since `now` at the latest.
    pub fn turn_back(&mut self, now: i64) {
        for entry in self.0.values_mut() {
            for waiting in &mut entry.waiting {
                waiting.since = waiting.since.min(now);
            }
            entry.locked_since = entry.locked_since.map(|since| since.min(now));
        }
    }

    /// What one loan waits for.
    pub fn of(&self, id: RowId) -> Option<&Entry> {
        self.0.get(&id)
    }

    /// Every loan that waits, and what for.
    pub fn all(&self) -> impl Iterator<Item = (RowId, &Entry)> {
        self.0.iter().map(|(id, entry)| (*id, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLLECT: Due = Due { name: "collect", number: 5 };

    fn since(backlog: &Backlog) -> Option<i64> {
        backlog.of(RowId::FIRST).map(|entry| entry.waiting[0].since)
    }

    #[test]
    fn what_is_still_due_waits_since_it_was_first_seen_and_what_is_new_since_now() {
        let mut backlog = Backlog::default();
        backlog.note(RowId::FIRST, &[COLLECT], false, 100);
        backlog.note(RowId::FIRST, &[COLLECT], false, 130);
        assert_eq!(since(&backlog), Some(100));
        backlog.note(RowId::FIRST, &[Due { number: 6, ..COLLECT }], false, 140);
        assert_eq!(since(&backlog), Some(140));
        backlog.note(RowId::FIRST, &[], false, 150);
        assert_eq!(backlog.of(RowId::FIRST), None);
    }

    #[test]
    fn a_car_is_locked_though_cured_from_the_first_look_to_the_last() {
        let mut backlog = Backlog::default();
        let locked = |backlog: &Backlog| backlog.of(RowId::FIRST).and_then(|entry| entry.locked_since);
        backlog.note(RowId::FIRST, &[], true, 100);
        backlog.note(RowId::FIRST, &[COLLECT], true, 110);
        assert_eq!(locked(&backlog), Some(100));
        backlog.note(RowId::FIRST, &[COLLECT], false, 120);
        assert_eq!((locked(&backlog), since(&backlog)), (None, Some(110)));
        backlog.turn_back(50);
        assert_eq!(since(&backlog), Some(50));
        backlog.forget(RowId::FIRST);
        assert_eq!(backlog.all().count(), 0);
    }
}
