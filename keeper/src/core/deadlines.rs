//! When time alone can change what there is to do for a loan.

use latchkey::rules::ledger::Position;
use latchkey::rules::schedule::{due_at, instalments_due};
use latchkey::state::LockState;

use super::world::LoanView;

/// The next such moment after `now`.
pub(super) fn next(view: &LoanView<'_>, now: i64) -> Option<i64> {
    let (loan, terms) = (view.loan, &view.loan.terms);
    let due = instalments_due(terms, now);
    let late_after = i64::from(terms.late_after_secs);
    let next_due = (due < terms.count).then(|| due_at(terms, due));
    let late_decided = loan.ledger.late_decided;
    let next_late = (late_decided < terms.count).then(|| due_at(terms, late_decided) + late_after);
    let grace_ends = Position::at(loan, view.wallet, now)
        .ok()
        .and_then(|position| position.oldest_unpaid_due)
        .map(|due| due + i64::from(terms.grace_secs));
    let notice_matures = loan.notice.map(|notice| notice.served_at + i64::from(terms.notice_secs));
    let lock = match view.vehicle.lock {
        LockState::Locked { since, until } if until != 0 => [Some(until - (until - since) / 3), Some(until)],
        _ => [None, None],
    };
    let invocations = view.invocations.iter().flat_map(|(_, invocation)| {
        let lease = invocation.claim.map(|claim| claim.lease_end);
        let yields = lease.map(|end| end - super::decide::yield_margin(invocation));
        [Some(invocation.expires_at), lease, yields]
    });
    [
        next_due,
        next_late,
        grace_ends,
        notice_matures,
        Some(loan.hold_until),
        Some(loan.courtesy_until),
        Some(view.lender.paused_until),
    ]
    .into_iter()
    .chain(lock)
    .chain(invocations)
    .flatten()
    .filter(|at| *at > now)
    .min()
}
