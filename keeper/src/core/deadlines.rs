//! When the passing of time alone can change what there is to do for a loan.

use latchkey::rules::schedule::{due_at, instalments_due};

use super::context::Context;
use super::duties;

/// The next such time after now: a deadline of the contract, or one of a duty's own.
pub(super) fn next(context: &Context<'_>) -> Option<i64> {
    contract(context).into_iter().chain(duties::next_deadline(context)).min()
}

/// The next time at which a rule of the contract judges the loan or one of its calls differently.
fn contract(context: &Context<'_>) -> Option<i64> {
    let Context { view, at, .. } = context;
    let (loan, terms, now) = (at.loan, &at.loan.terms, at.now);
    let due = instalments_due(terms, now);
    let late_after = i64::from(terms.late_after_secs);
    let next_due = (due < terms.count).then(|| due_at(terms, due));
    let late = instalments_due(terms, now.saturating_sub(late_after));
    let next_late = (late < terms.count).then(|| due_at(terms, late) + late_after);
    let oldest_unpaid_due = at.position().ok().and_then(|position| position.oldest_unpaid_due);
    let grace_ends = oldest_unpaid_due.map(|due| due + i64::from(terms.grace_secs));
    let notice_matures = loan.notice.map(|notice| notice.served_at + i64::from(terms.notice_secs));
    let invocations = view.invocations.iter().flat_map(|(_, invocation)| {
        [Some(invocation.expires_at), invocation.claim.map(|claim| claim.lease_end)]
    });
    [
        next_due,
        next_late,
        grace_ends,
        notice_matures,
        Some(loan.hold_until),
        Some(loan.emergency_until),
        Some(view.lender.paused_until),
        view.vehicle.lock.renewable_from(),
        view.vehicle.lock.ends_at(),
    ]
    .into_iter()
    .chain(invocations)
    .flatten()
    .filter(|deadline| *deadline > now)
    .min()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::{Action, AskedLock, LoanStatus, LockState, Notice};
    use latchkey_tests_cases::cases;
    use proptest::prelude::*;

    use super::*;
    use crate::core::fixture::{KEEPER, LoanFixture, OTHER, context, policy};

    prop_compose! {
        /// A loan somewhere in its life, at some moment around its due dates.
        fn fixture()(
            (wallet, paid, fees, late_decided) in (0_u64..2_500, 0_u64..6_000, 0_u64..60, 0_u16..5),
            (status, notice_secs, served, warned) in (0_u8..3, 0_u32..150, 0_i64..2_000, 0_u16..11),
            (hold, emergency, paused) in (0_i64..2_200, 0_i64..2_200, 0_i64..2_200),
            (asked, claimer, asked_at) in (0_u8..5, 0_u8..3, 900_i64..2_000),
            now in 900_i64..2_200,
        ) -> (LoanFixture, i64) {
            let mut fixture = LoanFixture::new();
            fixture.wallet = wallet;
            let loan = &mut fixture.loan;
            loan.ledger.paid_scheduled = paid;
            loan.ledger.principal -= paid;
            loan.ledger.fees = fees;
            loan.ledger.late_decided = late_decided;
            loan.status = [LoanStatus::Active, LoanStatus::Defaulted, LoanStatus::PaidOff][usize::from(status)];
            loan.terms.notice_secs = notice_secs;
            loan.notice = (served > 500).then_some(Notice { served_at: served, evidence: [0; 32], channels: 1 });
            loan.warned_through = warned;
            loan.hold_until = hold;
            loan.emergency_until = emergency;
            fixture.lender.paused_until = paused;
            if let Some(action) = Action::ALL.get(usize::from(asked)) {
                fixture.request(*action, asked_at);
                if claimer > 0 {
                    fixture.claim([KEEPER, OTHER][usize::from(claimer - 1)], asked_at + 10);
                }
            } else if asked == 3 {
                fixture.vehicle.lock = LockState::Locked { since: asked_at, until: asked_at + 300 };
                let until = asked_at + 300;
                fixture.vehicle.lock_asked = Some(AskedLock { seq: 1, until });
                fixture.vehicle.last_seq_asked = 1;
            }
            (fixture, now)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases(2_000)))]

        #[test]
        fn between_deadlines_time_alone_changes_no_decision((fixture, now) in fixture()) {
            let (view, policy, calls) = (fixture.view(), policy(), HashMap::new());
            let context = |at| context(&view, at, &policy, &calls);
            let decision = |at| {
                let calls = duties::calls_to_start(&context(at)).into_iter().map(|(invocation, _)| invocation);
                (duties::next_operation(&context(at)), calls.collect::<Vec<_>>())
            };
            let deadline = next(&context(now)).unwrap_or(now + 3_000);
            prop_assert!(deadline > now);
            let first = decision(now);
            for at in now..deadline {
                prop_assert_eq!(&decision(at), &first, "at {} of {}..{}", at, now, deadline);
            }
        }
    }
}
