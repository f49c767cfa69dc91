//! When the passing of time alone can change what there is to do for a loan.

use latchkey::rules::schedule::{due_at, instalments_due};
use latchkey::state::Loan;

use super::call::Call;
use super::context::Context;
use super::duties;
use super::policy::WATCH_LEAD;
use super::rendezvous::RIVAL_SECS;
use super::submission::Submissions;

/// The next such time after now: a deadline of the contract, one of a duty's own, the end of a pause, or the time from
/// which the wallet is watched.
pub(super) fn next(context: &Context<'_>) -> Option<i64> {
    let calls = context.view.invocations.iter();
    let calls = calls.filter_map(|(key, _)| context.calls.get(key)?.not_before());
    let release = context.calls.get(&context.view.loan_key).and_then(Call::not_before);
    let pauses =
        calls.chain(release).chain(context.submissions.into_iter().flat_map(Submissions::pause_ends));
    let watch = next_due(context).map(|due| due - WATCH_LEAD);
    // From then on this keeper waits for nobody where the list is open.
    let alone = context.view.rival_seen_at.map(|at| at.saturating_add(RIVAL_SECS));
    let own = pauses.chain(watch).chain(alone).filter(|at| *at > context.at.now);
    contract(context).into_iter().chain(duties::next_deadline(context)).chain(own).min()
}

/// When the next instalment is due.
pub(super) fn next_due(context: &Context<'_>) -> Option<i64> {
    let terms = &context.at.loan.terms;
    let k = instalments_due(terms, context.at.now);
    (k < terms.count).then(|| due_at(terms, k))
}

/// The next time at which a rule of the contract judges the loan or one of its calls differently.
fn contract(context: &Context<'_>) -> Option<i64> {
    let Context { view, at, .. } = context;
    let loan = at.loan;
    let invocations = view.invocations.iter().flat_map(|(_, invocation)| {
        [Some(invocation.expires_at), invocation.claim().map(|claim| claim.lease_end)]
    });
    [
        // Grace and notice begin again at the end of a stay.
        at.default_since().ok(),
        Some(loan.hold_until),
        Some(loan.stay_from),
        Some(loan.stay_until),
        Some(loan.emergency_until()),
        Some(view.lender.paused_until),
        view.vehicle.renewable_from(),
        view.vehicle.lock.ends_at(),
        view.vehicle.open_request().map(|open| open.expires_at),
    ]
    .into_iter()
    .chain(invocations)
    .flatten()
    .chain(schedule(context))
    .chain(notices(context))
    .filter(|deadline| *deadline > at.now)
    .min()
}

/// The next due date, and those of the late fee and the warning that follow due dates.
fn schedule(context: &Context<'_>) -> impl Iterator<Item = i64> {
    let (terms, now) = (&context.at.loan.terms, context.at.now);
    [0, terms.late_after_secs, terms.warn_after_secs].into_iter().filter_map(move |secs| {
        let secs = i64::from(secs);
        let k = instalments_due(terms, now.saturating_sub(secs));
        (k < terms.count).then(|| due_at(terms, k).saturating_add(secs))
    })
}

/// When a notice that was served matures, when a final one may follow it, and when it is too old.
fn notices(context: &Context<'_>) -> impl Iterator<Item = i64> {
    let Loan { terms, notices, .. } = context.at.loan;
    let services = notices.channels.into_iter().chain([notices.final_notice]);
    services.filter(|service| service.served_at != 0).flat_map(|service| {
        [terms.notice_secs, terms.final_notice_secs, terms.notice_max_age_secs]
            .map(|secs| service.served_at.saturating_add(i64::from(secs)))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use latchkey::state::{Action, LoanStatus, LockState, Service};
    use latchkey_tests_cases::cases;
    use proptest::prelude::*;

    use super::*;
    use crate::core::fixture::{KEEPER, LoanFixture, OTHER, context, policy};
    use crate::core::operation::Lane;

    const STATUSES: [LoanStatus; 5] = [
        LoanStatus::Active,
        LoanStatus::Defaulted,
        LoanStatus::PaidOff,
        LoanStatus::ChargedOff,
        LoanStatus::Settled,
    ];

    prop_compose! {
        /// What a loan owes, and what was paid of it.
        fn money()(
            (wallet, paid, fees, unsent) in (0_u64..2_500, 0_u64..6_000, 0_u64..60, 0_u64..3),
            (late_decided, as_of, status) in (0_u16..5, 900_i64..2_000, 0_u8..5),
            (warn_after, late_after) in (1_u32..40, 1_u32..40),
        ) -> LoanFixture {
            let mut fixture = LoanFixture::new();
            fixture.wallet = wallet + unsent;
            let loan = &mut fixture.loan;
            loan.ledger.paid_scheduled = paid;
            loan.ledger.principal -= paid;
            loan.ledger.fees = fees;
            loan.ledger.unsent = unsent;
            loan.ledger.late_decided = late_decided;
            loan.ledger.as_of = as_of;
            (loan.terms.warn_after_secs, loan.terms.late_after_secs) = (warn_after, late_after);
            loan.status = STATUSES[usize::from(status)];
            fixture
        }
    }

    prop_compose! {
        /// A loan somewhere in its life, at some moment around its due dates.
        fn fixture()(
            mut fixture in money(),
            (channels, notice_secs, final_secs, spare) in (0_u8..3, 0_u32..150, 0_u32..50, 1_u32..500),
            (after_default, served, final_served) in
                (any::<bool>(), prop::array::uniform2(0_i64..2_000), 0_i64..2_000),
            (warned, attempts) in (0_u16..11, 0_u8..3),
            (hold, emergency, paused) in (0_i64..2_200, 0_i64..2_200, 0_i64..2_200),
            (stay_from, stay_secs) in (0_i64..2_200, 0_i64..300),
            (asked, claimer, asked_at) in (0_u8..5, 0_u8..3, 900_i64..2_000),
            now in 900_i64..2_200,
        ) -> (LoanFixture, i64) {
            let loan = &mut fixture.loan;
            if channels > 0 {
                loan.terms.min_channels = channels;
                loan.terms.notice_secs = notice_secs;
                loan.terms.final_notice_secs = final_secs;
                loan.terms.notice_max_age_secs = notice_secs + final_secs + spare;
                loan.terms.notice_after_default = after_default;
                loan.notices.channels[..2].copy_from_slice(&served.map(Service::at));
                loan.notices.final_notice = Service::at(final_served);
            }
            loan.notices.warned_instalment = warned;
            (loan.notices.warn_attempts, loan.notices.final_attempts) = (attempts, 2 - attempts);
            loan.hold_until = hold;
            loan.emergency_from = if emergency > 500 { emergency } else { 0 };
            (loan.stay_from, loan.stay_until) = (stay_from, stay_from + stay_secs);
            fixture.lender.paused_until = paused;
            if let Some(action) = Action::ALL.get(usize::from(asked)) {
                let requested = fixture.try_request(*action, asked_at.max(fixture.loan.ledger.as_of));
                if requested && claimer > 0 && *action != Action::Unlock {
                    fixture.claim([KEEPER, OTHER][usize::from(claimer - 1)], asked_at + 10);
                }
            } else if asked == 3 {
                fixture.lock();
                fixture.vehicle.lock = LockState::locked(1, asked_at, asked_at + 300);
                fixture.vehicle.asked.until = asked_at + 300;
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
                let operation = |lane| duties::due(&context(at), lane).next();
                (Lane::ALL.map(operation), calls.collect::<Vec<_>>())
            };
            let deadline = next(&context(now)).unwrap_or(now + 3_000);
            prop_assert!(deadline > now);
            let first = decision(now);
            for at in now..deadline.min(now + 3_000) {
                prop_assert_eq!(&decision(at), &first, "at {} of {}..{}", at, now, deadline);
            }
        }
    }
}
