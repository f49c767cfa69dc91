//! The transactions of one vehicle: one at a time in each lane, with a pause for each kind that failed.

use super::event::Verdict;
use super::operation::{Lane, Operation};
use super::policy;
use super::retry_pauses::RetryPauses;

/// The state of a vehicle's transactions.
#[derive(Debug, Default)]
pub(super) struct Submissions {
    under_way: Vec<UnderWay>,
    /// By the operation's name: a failure keeps no other kind of work waiting.
    pauses: Vec<Pause>,
    /// Kinds of work that is due again as soon as it is done.
    repeats: Vec<Repeat>,
    /// Operations that this keeper leaves to others for a moment.
    turns: Vec<Turn>,
}

/// A transaction that has not ended.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    pub operation: Operation,
    /// What it was decided on, see [`super::context::Context::basis`].
    pub basis: u64,
    /// It waits for this time.
    pub due: Option<i64>,
    /// It is no longer wanted, and the ledger was told.
    pub is_cancelled: bool,
}

/// Transactions of one kind have failed, the last so many `failures` in a row: the next is sent at `not_before` or later,
/// unless what it is decided on has changed.
#[derive(Clone, Copy, Debug)]
struct Pause {
    name: &'static str,
    basis: u64,
    failures: u32,
    not_before: i64,
}

/// Work on the loan's money was done, and due again at once on the same `basis`, so many `times` in a row: whatever it is that
/// this keeper takes for wrong, it is not put right by it. The next is sent at `not_before` or later.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    name: &'static str,
    basis: u64,
    times: u32,
    not_before: i64,
}

/// Work that is done again within so many seconds of the moment it could be is a repetition.
const REPEATED: i64 = 4;

/// An operation that this keeper leaves to others for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub name: &'static str,
    /// What tells it from the next one of its kind.
    pub number: u64,
    /// Since when it could have been sent.
    pub since: i64,
}

impl Submissions {
    /// Whether a transaction can be sent in this lane.
    #[cfg(test)]
    pub fn is_free(&self, lane: Lane) -> bool {
        self.in_lane(lane).is_none()
    }

    /// The lane's transaction that has not ended.
    pub fn in_lane(&self, lane: Lane) -> Option<&UnderWay> {
        self.under_way.iter().find(|under_way| under_way.operation.lane() == lane)
    }

    /// Whether an operation of this name, decided on `basis`, may be sent at `now`, as far as failures of its kind go.
    /// `basis` is computed only if there were any.
    pub fn is_rested(&self, name: &str, basis: impl FnOnce() -> u64, now: i64) -> bool {
        let pause = self.pauses.iter().find(|pause| pause.name == name && now < pause.not_before);
        let repeat = self.repeats.iter().find(|repeat| repeat.name == name && now < repeat.not_before);
        let held = [pause.map(|pause| pause.basis), repeat.map(|repeat| repeat.basis)];
        if held == [None; 2] {
            return true;
        }
        let basis = basis();
        held.into_iter().flatten().all(|known| known != basis)
    }

    /// A transaction is sent.
    pub fn start(&mut self, operation: Operation, basis: u64, due: Option<i64>) {
        self.under_way.push(UnderWay { operation, basis, due, is_cancelled: false });
    }

    /// The lane's transaction is no longer wanted.
    pub fn cancel(&mut self, lane: Lane) {
        let in_lane = self.under_way.iter_mut().find(|under_way| under_way.operation.lane() == lane);
        if let Some(under_way) = in_lane {
            under_way.is_cancelled = true;
        }
    }

    /// The lane's transaction has ended at `now`. Returns what it was.
    pub fn end(&mut self, lane: Lane, verdict: Verdict, now: i64, pauses: RetryPauses) -> Option<Operation> {
        let at = self.under_way.iter().position(|under_way| under_way.operation.lane() == lane)?;
        let UnderWay { operation, basis, .. } = self.under_way.swap_remove(at);
        let name = operation.name();
        match verdict {
            Verdict::Succeeded => {
                self.pauses.retain(|pause| pause.name != name);
                if lane == Lane::Money {
                    self.done(name, basis, now, pauses);
                }
            }
            // Nothing was tried.
            Verdict::Outage | Verdict::Cancelled => {}
            Verdict::Failed | Verdict::NotSent | Verdict::Expired => {
                let longest = match operation {
                    Operation::Collect => policy::LONGEST_COLLECT_PAUSE,
                    _ => policy::LONGEST_RETRY_PAUSE,
                };
                let before = self.pauses.iter().find(|pause| pause.name == name && pause.basis == basis);
                let failures = before.map_or(0, |pause| pause.failures).saturating_add(1);
                self.pauses.retain(|pause| pause.name != name);
                let not_before = now + pauses.after(failures, longest);
                self.pauses.push(Pause { name, basis, failures, not_before });
            }
        }
        Some(operation)
    }

    /// Work was done.
    fn done(&mut self, name: &'static str, basis: u64, now: i64, pauses: RetryPauses) {
        let is_repeated = |repeat: &Repeat| {
            repeat.name == name && repeat.basis == basis && now <= repeat.not_before + REPEATED
        };
        let times =
            self.repeats.iter().find(|repeat| is_repeated(repeat)).map_or(0, |repeat| repeat.times + 1);
        let pause = if times == 0 { 0 } else { pauses.after(times, policy::LONGEST_RETRY_PAUSE) };
        self.repeats.retain(|repeat| repeat.name != name);
        self.repeats.push(Repeat { name, basis, times, not_before: now + pause });
    }

    /// Whether a transaction of this name has not ended.
    pub fn is_sent(&self, name: &str) -> bool {
        self.under_way.iter().any(|under_way| under_way.operation.name() == name)
    }

    /// How many transactions of this name have failed in a row, and when the pause after them ends, if it lasts at `now`.
    pub fn pause_of(&self, name: &str, now: i64) -> Option<(u32, i64)> {
        let pause = self.pauses.iter().find(|pause| pause.name == name && now < pause.not_before)?;
        Some((pause.failures, pause.not_before))
    }

    /// When pauses end.
    pub fn pause_ends(&self) -> impl Iterator<Item = i64> {
        let pauses = self.pauses.iter().map(|pause| pause.not_before);
        pauses.chain(self.repeats.iter().map(|repeat| repeat.not_before))
    }

    /// Since when this keeper has left an operation to others.
    pub fn waits_since(&self, name: &str, number: u64) -> Option<i64> {
        self.turns.iter().find(|turn| turn.name == name && turn.number == number).map(|turn| turn.since)
    }

    /// What this keeper leaves to others now.
    pub fn set_turns(&mut self, turns: Vec<Turn>) {
        self.turns = turns;
    }

    /// The loan has been closed, or the times that are remembered were wrong.
    pub fn forget(&mut self) {
        self.pauses.clear();
        self.repeats.clear();
        self.turns.clear();
    }

    /// Whether there is nothing to remember.
    pub const fn is_empty(&self) -> bool {
        self.under_way.is_empty()
            && self.pauses.is_empty()
            && self.repeats.is_empty()
            && self.turns.is_empty()
    }

    /// Whether a transaction has not ended.
    pub const fn is_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use super::*;

    const PAUSES: RetryPauses = RetryPauses { jitter: 7 };
    const REQUEST: Operation = Operation::Request { action: Action::Unlock, seq: 1 };
    const BASIS: u64 = 5;

    fn pause_end(submissions: &Submissions) -> i64 {
        submissions.pause_ends().max().unwrap()
    }

    fn fail(submissions: &mut Submissions, operation: Operation, basis: u64, now: i64) {
        let lane = operation.lane();
        submissions.start(operation, basis, None);
        submissions.end(lane, Verdict::Failed, now, PAUSES);
    }

    fn is_rested(submissions: &Submissions, operation: &Operation, now: i64) -> bool {
        submissions.is_rested(operation.name(), || BASIS, now)
    }

    #[test]
    fn pauses_grow_with_each_failure_and_a_success_ends_them() {
        let mut submissions = Submissions::default();
        let mut last = 0;
        for _ in 1..=5 {
            fail(&mut submissions, REQUEST, BASIS, 100);
            let not_before = pause_end(&submissions);
            assert!(not_before > last);
            let rested = [not_before - 1, not_before].map(|now| is_rested(&submissions, &REQUEST, now));
            assert_eq!(rested, [false, true]);
            last = not_before;
        }
        submissions.start(REQUEST, BASIS, None);
        assert_eq!(submissions.end(Lane::Car, Verdict::Succeeded, last, PAUSES), Some(REQUEST));
        assert!(is_rested(&submissions, &REQUEST, last) && submissions.is_empty());
    }

    #[test]
    fn a_pause_ends_and_begins_anew_when_what_is_decided_on_has_changed() {
        let mut submissions = Submissions::default();
        for _ in 0..5 {
            fail(&mut submissions, REQUEST, BASIS, 100);
        }
        let long = pause_end(&submissions);
        assert!(!submissions.is_rested(REQUEST.name(), || BASIS, 101));
        assert!(submissions.is_rested(REQUEST.name(), || BASIS + 1, 101));
        fail(&mut submissions, REQUEST, BASIS + 1, 100);
        assert!(pause_end(&submissions) < long);
    }

    #[test]
    fn work_that_is_due_again_as_soon_as_it_is_done_is_done_less_and_less_often() {
        let mut submissions = Submissions::default();
        let mut now = 100;
        let mut sent = 0;
        while now < 2_000 {
            if submissions.is_rested(Operation::Look.name(), || BASIS, now) {
                submissions.start(Operation::Look, BASIS, None);
                submissions.end(Lane::Money, Verdict::Succeeded, now, PAUSES);
                sent += 1;
            }
            now += 1;
        }
        assert!((20..60).contains(&sent), "{sent} in half an hour");
        // What it is decided on has changed, and what is due now and then is no repetition.
        assert!(submissions.is_rested(Operation::Look.name(), || BASIS + 1, now));
        let mut submissions = Submissions::default();
        for now in [100, 105, 200, 205] {
            assert!(submissions.is_rested(Operation::Look.name(), || BASIS, now), "{now}");
            submissions.start(Operation::Look, BASIS, None);
            submissions.end(Lane::Money, Verdict::Succeeded, now, PAUSES);
        }
    }

    #[test]
    fn nothing_is_held_against_a_transaction_that_was_never_tried() {
        for verdict in [Verdict::Outage, Verdict::Cancelled] {
            let mut submissions = Submissions::default();
            submissions.start(REQUEST, BASIS, None);
            submissions.end(Lane::Car, verdict, 100, PAUSES);
            assert!(submissions.is_free(Lane::Car) && is_rested(&submissions, &REQUEST, 100));
        }
    }

    #[test]
    fn one_transaction_at_a_time_in_each_lane() {
        let mut submissions = Submissions::default();
        submissions.start(Operation::Collect, BASIS, None);
        assert!(!submissions.is_free(Lane::Money) && submissions.is_free(Lane::Car));
        submissions.start(REQUEST, BASIS, None);
        assert!(!submissions.is_free(Lane::Car) && submissions.is_free(Lane::Receipt));
        submissions.end(Lane::Money, Verdict::Failed, 100, PAUSES);
        assert!(submissions.is_free(Lane::Money) && !submissions.is_free(Lane::Car));
        assert!(!is_rested(&submissions, &Operation::Collect, 100));
        assert!(is_rested(&submissions, &Operation::Look, 100) && is_rested(&submissions, &REQUEST, 100));
    }

    #[test]
    fn a_treasury_that_takes_no_payment_is_tried_once_an_hour_in_the_end() {
        let mut submissions = Submissions::default();
        for _ in 0..20 {
            fail(&mut submissions, Operation::Collect, BASIS, 0);
        }
        let hour = policy::LONGEST_COLLECT_PAUSE;
        assert!((hour..=hour + hour / 2).contains(&pause_end(&submissions)));
    }
}
