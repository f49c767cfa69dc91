//! Whatever goes wrong, and however much at once: no car is locked that the contract does not ask for, none stays locked
//! that it frees, no call is done or paid twice, and the books balance to the lamport.

use latchkey_tests_cases::deep;
use latchkey_tests_chaos::fleet::plan::{Effect, Fault, LoanPlan, Moment, Payer, Plan, Planned};
use latchkey_tests_chaos::fleet::summary::{replay, run_all, run_alone};

/// The seeds: from which on, and how many in a normal run and in the shortest deep one.
const FIRST: u64 = 1;
const SEEDS: u64 = 20;
const DEEP_SEEDS: u64 = 2_000;

#[test]
fn one_seed() {
    let seed = std::env::var("LATCHKEY_CHAOS_SEED").map_or(FIRST, |seed| seed.parse().expect("a number"));
    let plan = Plan::of(seed);
    let [once, again] = [(); 2].map(|()| match run_alone(&plan, None) {
        Ok(report) => report,
        Err(wrong) => panic!("seed {seed}: {wrong:#}\n  {}", replay(seed)),
    });
    println!("{once:#?}");
    assert_eq!((once.trace, once.noted), (again.trace, again.noted), "the same seed did something else");
}

#[test]
fn seeds() {
    let seeds = deep().map_or(SEEDS, |length| DEEP_SEEDS * u64::from(length));
    let plans: Vec<Plan> = (FIRST..=seeds).map(Plan::of).collect();
    let summary = run_all(&plans);
    println!("{summary}");
    assert!(summary.wrong.is_empty(), "{} of {} seeds", summary.wrong.len(), plans.len());
    let fired = summary.fired();
    let missing: Vec<_> = Fault::ALL.into_iter().filter(|fault| !fired.contains_key(fault)).collect();
    assert!(missing.is_empty(), "no seed has {missing:?}");
}

/// Loans that all fall due together, 300 s from the start.
fn loans(count: usize, payer: Payer) -> Vec<LoanPlan> {
    let loan = LoanPlan { first_due: 300, grace_secs: 30, notice_secs: 5, payer, car_ms: 200, car_loses: 0 };
    vec![loan; count]
}

#[test]
fn k8_a_treasury_that_takes_no_payment_keeps_no_car_locked() {
    let mut plan = Plan::by_hand(loans(3, Payer::OnceLocked(10)), Vec::new());
    plan.closes_treasury = true;
    let report = run_alone(&plan, None).unwrap();
    assert_eq!((report.locks, report.unlocks), (3, 3));
    assert!(report.waited.1 <= 10, "an unlock waited {} s", report.waited.1);
}

#[test]
fn k12_a_lease_that_lapsed_with_its_keeper_is_taken_over_and_costs_its_bond() {
    let dies = Fault::Crash(Effect::Call, Moment::Before);
    let faults = vec![Planned { fault: dies, which: 0, from: 325, secs: 400 }];
    let mut plan = Plan::by_hand(loans(3, Payer::OnceLocked(100)), faults);
    plan.keepers = 2;
    let report = run_alone(&plan, None).unwrap();
    assert_eq!((report.locks, report.unlocks), (3, 3));
    assert!((1..=3).contains(&report.sums.bonds_lost), "{} bonds", report.sums.bonds_lost);
}

#[test]
fn k13_a_keeper_that_was_killed_after_its_request_landed_unseen_locks_all_the_same() {
    let dies = Fault::Crash(Effect::Send, Moment::After);
    let faults = [(dies, 2), (Fault::LandsUnseen, 20), (Fault::StaleReads, 20)];
    let faults = faults.map(|(fault, secs)| Planned { fault, which: 0, from: 328, secs });
    let plan = Plan::by_hand(loans(3, Payer::OnceLocked(100)), faults.to_vec());
    let report = run_alone(&plan, None).unwrap();
    assert_eq!((report.locks, report.unlocks, report.sums.bonds_lost), (3, 3, 0));
    assert!(report.waited.0 <= 20, "a lock waited {} s", report.waited.0);
}

#[test]
fn a_lock_that_was_sent_too_early_is_sent_again_once_the_nodes_are_back() {
    for from in 328..=331 {
        let faults = vec![Planned { fault: Fault::RpcErrors, which: 99, from, secs: 60 }];
        let mut plan = Plan::by_hand(loans(6, Payer::OnceLocked(100)), faults);
        plan.eager = true;
        let report = run_alone(&plan, None).unwrap_or_else(|wrong| panic!("from {from} s: {wrong:#}"));
        assert_eq!((report.locks, report.unlocks), (6, 6), "from {from} s");
    }
}
