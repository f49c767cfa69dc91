//! Whatever goes wrong once, the car ends locked when it must be and unlocked when it may be, and each is paid once.

use latchkey_tests_chaos::fault::Fault;
use latchkey_tests_chaos::scenario::{
    Cure, Ending, cure_without_a_treasury, left_alone, live, lock_after_a_final_notice, try_in_vain,
    unlock_by_the_lenders_will,
};

/// How long a keeper may stay dead, seconds: not at all, within its lease, beyond its lease, beyond every request's
/// life.
const DEAD: [i64; 4] = [0, 7, 40, 90];

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime")
}

fn run(fault: Fault, cure: Cure) -> Ending {
    let lived = runtime().block_on(live(fault, cure));
    lived.unwrap_or_else(|broken| panic!("{fault:?}, cured {cure:?}: {broken:?}"))
}

/// Each piece of work of a run in which nothing goes wrong.
fn at_any_work(fault: impl Fn(usize) -> Fault, cure: Cure) {
    let ending = run(Fault::None, cure);
    (0..ending.work).for_each(|at| _ = run(fault(at), cure));
}

/// Each command of a run in which nothing goes wrong.
fn at_any_command(fault: impl Fn(usize) -> Fault) {
    let ending = run(Fault::None, Cure::OnceProven);
    (0..ending.commands).for_each(|at| _ = run(fault(at), Cure::OnceProven));
}

#[test]
fn nothing_goes_wrong() {
    let ending = run(Fault::None, Cure::OnceProven);
    assert!(ending.commands >= 3, "a warning, a lock, an unlock: {ending:?}");
}

#[test]
fn a_keeper_dies_before_any_piece_of_work_and_starts_again() {
    at_any_work(|at| Fault::CrashBefore(at, DEAD[0]), Cure::OnceProven);
}

#[test]
fn a_keeper_dies_before_any_piece_of_work_and_stays_dead_beyond_its_lease() {
    at_any_work(|at| Fault::CrashBefore(at, DEAD[2]), Cure::OnceProven);
}

#[test]
fn a_keeper_dies_after_any_piece_of_work_and_starts_again() {
    at_any_work(|at| Fault::CrashAfter(at, DEAD[0]), Cure::OnceProven);
}

#[test]
fn a_keeper_dies_after_any_piece_of_work_and_stays_dead_within_its_lease() {
    at_any_work(|at| Fault::CrashAfter(at, DEAD[1]), Cure::OnceProven);
}

#[test]
fn a_keeper_dies_after_any_piece_of_work_and_stays_dead_beyond_its_lease() {
    at_any_work(|at| Fault::CrashAfter(at, DEAD[2]), Cure::OnceProven);
}

#[test]
fn the_loan_is_cured_while_a_keeper_that_had_the_car_locked_is_dead() {
    at_any_work(|at| Fault::CrashAfter(at, DEAD[3]), Cure::OnceLocked);
}

#[test]
fn any_command_is_lost_on_its_way() {
    at_any_command(Fault::LoseCommand);
}

#[test]
fn any_receipt_is_lost_on_its_way() {
    at_any_command(Fault::LoseReceipt);
}

#[test]
fn the_car_loses_power_between_any_deed_and_its_answer() {
    at_any_command(Fault::CutPower);
}

#[test]
fn everything_is_heard_twice_or_late() {
    for fault in [Fault::Twice, Fault::Stale] {
        run(fault, Cure::OnceProven);
    }
}

#[test]
fn two_keepers_race_for_every_piece_of_work() {
    run(Fault::Race, Cure::OnceProven);
}

#[test]
fn a_closed_treasury_keeps_no_car_locked_and_no_instalment_unpaid() {
    runtime().block_on(cure_without_a_treasury()).unwrap_or_else(|broken| panic!("{broken:?}"));
}

#[test]
fn a_loan_left_for_more_moments_than_one_look_walks_is_collected_until_it_is_up_to_date() {
    runtime().block_on(left_alone()).unwrap_or_else(|broken| panic!("{broken:?}"));
}

#[test]
fn a_final_notice_comes_before_the_lock_where_one_is_owed() {
    runtime().block_on(lock_after_a_final_notice()).unwrap_or_else(|broken| panic!("{broken:?}"));
}

#[test]
fn an_unlock_that_the_lender_requests_is_done_and_lasts() {
    runtime().block_on(unlock_by_the_lenders_will()).unwrap_or_else(|broken| panic!("{broken:?}"));
}

#[test]
fn a_car_that_refuses_everything_costs_its_keeper_a_tenth_of_a_fee_an_hour_at_most() {
    let spent = runtime().block_on(try_in_vain(Fault::ClockAhead, 3_600)).expect("a life in vain");
    assert!(spent < 200_000, "{spent} lamports");
}
