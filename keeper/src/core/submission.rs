//! The transactions of one vehicle: one at a time in each lane, with a pause for each kind that failed.

use std::collections::HashMap;

use super::event::Verdict;
use super::operation::{Lane, Operation};
use super::policy;
use super::retry_pauses::RetryPauses;

/// The state of a vehicle's transactions.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    under_way: HashMap<Lane, Operation>,
    /// By the operation's name: a failure keeps no other kind of work waiting.
    pauses: HashMap<&'static str, Pause>,
}

/// Transactions of one kind have failed, the last so many `failures` in a row: the next is sent at `not_before` or later.
#[derive(Clone, Copy, Debug)]
struct Pause {
    failures: u32,
    not_before: i64,
}

impl Submissions {
    /// Whether a transaction can be sent in this lane.
    pub fn is_free(&self, lane: Lane) -> bool {
        !self.under_way.contains_key(&lane)
    }

    /// Whether `operation` may be sent at `now`, as far as failures of its kind go.
    pub fn is_rested(&self, operation: &Operation, now: i64) -> bool {
        self.pauses.get(operation.name()).is_none_or(|pause| now >= pause.not_before)
    }

    /// A transaction is sent.
    pub fn start(&mut self, operation: Operation) {
        self.under_way.insert(operation.lane(), operation);
    }

    /// The lane's transaction has ended at `now`. Returns what it did, if it succeeded.
    pub fn end(&mut self, lane: Lane, verdict: Verdict, now: i64, pauses: RetryPauses) -> Option<Operation> {
        let operation = self.under_way.remove(&lane)?;
        match verdict {
            Verdict::Succeeded => {
                self.pauses.remove(operation.name());
                return Some(operation);
            }
            // Nothing was tried.
            Verdict::Outage | Verdict::Cancelled => return None,
            Verdict::Failed | Verdict::NotSent | Verdict::Expired => {}
        }
        let longest = match operation {
            Operation::Collect => policy::LONGEST_COLLECT_PAUSE,
            _ => policy::LONGEST_RETRY_PAUSE,
        };
        let pause = self.pauses.entry(operation.name()).or_insert(Pause { failures: 0, not_before: now });
        pause.failures = pause.failures.saturating_add(1);
        pause.not_before = now + pauses.after(pause.failures, longest);
        None
    }

    /// When pauses end.
    pub fn pause_ends(&self) -> impl Iterator<Item = i64> {
        self.pauses.values().map(|pause| pause.not_before)
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use super::*;

    const PAUSES: RetryPauses = RetryPauses { jitter: 7 };
    const REQUEST: Operation = Operation::Request { action: Action::Unlock, seq: 1 };

    fn pause_end(submissions: &Submissions) -> i64 {
        submissions.pause_ends().max().unwrap()
    }

    #[test]
    fn pauses_grow_with_each_failure_and_a_success_ends_them() {
        let mut submissions = Submissions::default();
        let mut last = 0;
        for _ in 1..=5 {
            submissions.start(REQUEST);
            assert_eq!(submissions.end(Lane::Car, Verdict::Failed, 100, PAUSES), None);
            let not_before = pause_end(&submissions);
            assert!(not_before > last);
            assert_eq!(
                [not_before - 1, not_before].map(|now| submissions.is_rested(&REQUEST, now)),
                [false, true]
            );
            last = not_before;
        }
        submissions.start(REQUEST);
        assert_eq!(submissions.end(Lane::Car, Verdict::Succeeded, last, PAUSES), Some(REQUEST));
        assert!(submissions.is_rested(&REQUEST, last) && submissions.pause_ends().next().is_none());
    }

    #[test]
    fn nothing_is_held_against_a_transaction_that_was_never_tried() {
        for verdict in [Verdict::Outage, Verdict::Cancelled] {
            let mut submissions = Submissions::default();
            submissions.start(REQUEST);
            assert_eq!(submissions.end(Lane::Car, verdict, 100, PAUSES), None);
            assert!(submissions.is_free(Lane::Car) && submissions.is_rested(&REQUEST, 100));
        }
    }

    #[test]
    fn one_transaction_at_a_time_in_each_lane() {
        let mut submissions = Submissions::default();
        submissions.start(Operation::Collect);
        assert!(!submissions.is_free(Lane::Money) && submissions.is_free(Lane::Car));
        submissions.start(REQUEST);
        assert!(!submissions.is_free(Lane::Car));
        submissions.end(Lane::Money, Verdict::Failed, 100, PAUSES);
        assert!(submissions.is_free(Lane::Money) && !submissions.is_free(Lane::Car));
        assert!(!submissions.is_rested(&Operation::Collect, 100));
        assert!(submissions.is_rested(&Operation::Look, 100) && submissions.is_rested(&REQUEST, 100));
    }

    #[test]
    fn a_treasury_that_takes_no_payment_is_tried_once_an_hour_in_the_end() {
        let mut submissions = Submissions::default();
        for _ in 0..20 {
            submissions.start(Operation::Collect);
            submissions.end(Lane::Money, Verdict::Failed, 0, PAUSES);
        }
        let hour = policy::LONGEST_COLLECT_PAUSE;
        assert!((hour..=hour + hour / 2).contains(&pause_end(&submissions)));
    }
}
