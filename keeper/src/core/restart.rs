//! A keeper that died with something under way, and began again from the chain.

use super::fixture::{self, KEEPER, LoanFixture};
use super::tests::{calls, names, started, tell_of};
use super::*;

/// The loan as it is once the request of before has been seen: the keeper holds the lease.
fn landed() -> LoanFixture {
    let mut landed = LoanFixture::defaulted();
    landed.loan.ledger.as_of = 1_060;
    landed.request(Action::Lock, 1_059);
    landed.claim(KEEPER, 1_059);
    landed
}

/// A core that was started again while the nodes did not show the request of before, and so has sent it once more.
fn started_again() -> (Core, Pubkey) {
    let mut seen = LoanFixture::defaulted();
    seen.loan.ledger.as_of = 1_060;
    let (core, effects) = started(&seen, 1_060);
    assert_eq!(names(&effects), ["request_lock"]);
    (core, seen.keys().vehicle)
}

fn receipt(core: &mut Core) -> Vec<Effect> {
    let reply = FunctionReply::Receipt(Box::new(fixture::receipt()));
    core.apply(Event::FunctionReplied { invocation: landed().invocations[0].0, reply })
}

fn refused(vehicle: Pubkey) -> Event {
    Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed }
}

#[test]
fn k13_a_second_request_that_is_under_way_delays_no_receipt_that_is_ready() {
    let (mut core, _) = started_again();
    assert_eq!(
        calls(&tell_of(&mut core, &landed(), 2)),
        1,
        "the call begins though the request has no end yet"
    );
    assert_eq!(names(&receipt(&mut core)), ["confirm"]);
}

#[test]
fn k13_a_second_request_that_was_refused_delays_no_receipt_that_is_ready() {
    let (mut core, vehicle) = started_again();
    core.apply(refused(vehicle));
    assert_eq!(calls(&tell_of(&mut core, &landed(), 2)), 1);
    assert_eq!(names(&receipt(&mut core)), ["confirm"]);
}

#[test]
fn k13_the_refusal_that_comes_last_changes_nothing() {
    let (mut core, vehicle) = started_again();
    tell_of(&mut core, &landed(), 2);
    receipt(&mut core);
    assert_eq!(names(&core.apply(refused(vehicle))), [""; 0]);
    let confirmed = Event::TransactionEnded { vehicle, lane: Lane::Receipt, verdict: Verdict::Succeeded };
    let mut done = landed();
    let (_, call) = done.invocations.remove(0);
    let (loan, car) = (&mut done.loan, &mut done.vehicle);
    latchkey::rules::invocation::settle(&call, loan, car, 1_062);
    tell_of(&mut core, &done, 3);
    core.apply(confirmed);
    assert_eq!(core.gauges().open_calls + core.gauges().calls, 0);
}
