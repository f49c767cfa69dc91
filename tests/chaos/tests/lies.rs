//! The chaos finds what it is there to find: a world that lies to a keeper, so that it behaves as one with a known bug
//! would, is found wrong, and the same world without the lie is not.

use latchkey_tests_chaos::fleet::lie::Lie;
use latchkey_tests_chaos::fleet::plan::{Effect, Fault, LoanPlan, Moment, Payer, Plan, Planned};
use latchkey_tests_chaos::fleet::summary::run_alone;

/// Loans that all fall due together, 300 s from the start.
fn loans(count: usize, payer: Payer) -> Vec<LoanPlan> {
    let loan = LoanPlan { first_due: 300, grace_secs: 30, notice_secs: 5, payer, car_ms: 200, car_loses: 0 };
    vec![loan; count]
}

fn fault(fault: Fault, from: u64, secs: u64) -> Planned {
    Planned { fault, which: 0, from, secs }
}

/// That a lie is found out by what the chaos says, and that nothing is wrong without it.
#[track_caller]
fn is_found(plan: &Plan, lie: Lie, says: &str) {
    if let Err(wrong) = run_alone(plan, None) {
        panic!("without a lie: {wrong:#}");
    }
    match run_alone(plan, Some(lie)) {
        Ok(report) => panic!("nobody saw {lie:?}: {report:#?}"),
        Err(wrong) => assert!(format!("{wrong:#}").contains(says), "{lie:?}: {wrong:#}"),
    }
}

#[test]
fn a_keeper_that_locks_on_processed_state() {
    let faults = vec![fault(Fault::Fork, 320, 20)];
    let plan = Plan::by_hand(loans(6, Payer::OnceLocked(100)), faults);
    is_found(&plan, Lie::ConfirmsAtOnce, "that the contract did not ask for");
}

#[test]
fn a_call_that_is_served_twice() {
    let mut loans = loans(3, Payer::OnceLocked(10));
    for loan in &mut loans {
        loan.car_loses = 60;
    }
    is_found(&Plan::by_hand(loans, Vec::new()), Lie::CarsForget, "a car did call");
}

#[test]
fn a_stale_read_that_is_taken_for_fresh() {
    let plan = Plan::by_hand(loans(3, Payer::OnceLocked(10)), Vec::new());
    is_found(&plan, Lie::StaleIsFresh, "is not cleared away");
}

#[test]
fn a_keeper_that_forgets_its_calls_when_it_dies() {
    let faults = vec![fault(Fault::Crash(Effect::Call, Moment::Before), 310, 150)];
    let plan = Plan::by_hand(loans(3, Payer::OnceLocked(100)), faults);
    is_found(&plan, Lie::ListsNoCalls, "is not cleared away");
}

#[test]
fn an_unlock_that_waits_for_a_collect_that_fails() {
    let mut plan = Plan::by_hand(loans(3, Payer::OnceLocked(10)), Vec::new());
    plan.closes_treasury = true;
    is_found(&plan, Lie::UnlocksWaitForCollects, "has had to be unlocked");
}

#[test]
fn a_keeper_that_gives_no_lease_back() {
    let mut loans = loans(2, Payer::Never);
    for loan in &mut loans {
        loan.car_loses = 100;
    }
    is_found(&Plan::by_hand(loans, Vec::new()), Lie::YieldsAreLost, "nothing had gone wrong");
}
