//! When to look at which loan again though nothing happens.

use std::collections::BTreeSet;

use super::book::RowId;

/// Loans in the order of their deadlines, and of their numbers where those are the same. The row keeps its deadline, so
/// that it is found here again.
#[derive(Default)]
pub(super) struct Agenda(BTreeSet<(i64, RowId)>);

impl Agenda {
    /// Moves a loan from one deadline to another; `i64::MAX` is none.
    pub fn change(&mut self, id: RowId, before: i64, after: i64) {
        if before == after {
            return;
        }
        if before != i64::MAX {
            self.0.remove(&(before, id));
        }
        if after != i64::MAX {
            self.0.insert((after, id));
        }
    }

    /// Takes the first loan whose deadline has come at `now`.
    pub fn take_due(&mut self, now: i64) -> Option<RowId> {
        self.0.first().filter(|(deadline, _)| *deadline <= now)?;
        self.0.pop_first().map(|(_, id)| id)
    }

    /// The first loans and their deadlines, at most so many.
    pub fn first(&self, most: usize) -> impl Iterator<Item = (i64, RowId)> + '_ {
        self.0.iter().take(most).copied()
    }

    /// How many loans have a deadline.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loans_come_when_they_are_due_in_order_and_once() {
        let (first, second) = (RowId::FIRST, RowId::FIRST.next());
        let mut agenda = Agenda::default();
        agenda.change(second, i64::MAX, 10);
        agenda.change(first, i64::MAX, 10);
        assert_eq!(agenda.take_due(9), None);
        assert_eq!(agenda.first(1).collect::<Vec<_>>(), [(10, first)]);
        assert_eq!([10, 10, 10].map(|now| agenda.take_due(now)), [Some(first), Some(second), None]);
    }

    #[test]
    fn a_deadline_that_moved_is_forgotten() {
        let mut agenda = Agenda::default();
        agenda.change(RowId::FIRST, i64::MAX, 10);
        agenda.change(RowId::FIRST, 10, 20);
        assert_eq!([10, 19, 20].map(|now| agenda.take_due(now)), [None, None, Some(RowId::FIRST)]);
        agenda.change(RowId::FIRST, i64::MAX, 30);
        agenda.change(RowId::FIRST, 30, i64::MAX);
        assert_eq!((agenda.take_due(i64::MAX - 1), agenda.len()), (None, 0));
    }
}
