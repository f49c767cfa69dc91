//! What the car's clocks decide, and what they do not.

use latchkey_device::agent::{LONGEST_LOCK, SAVED_EVERY};
use latchkey_device::state::State;
use latchkey_protocol::{Action, Outcome};

use crate::common::{Order, Rig, START, full_key, warn_key};

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

#[test]
fn a_warning_or_a_lock_is_obeyed_until_its_last_second_and_refused_after_it() {
    for action in [Action::Warn, Action::Lock] {
        for (late, outcome) in [(-1, Outcome::Applied), (0, Outcome::Applied), (1, Outcome::RefusedExpired)] {
            let mut rig = Rig::new();
            let order = Order::new(action, 1, START);
            rig.clock.pass_until(order.not_after + late);
            let before = rig.look();
            let receipt = rig.expect(&order, outcome);
            assert_eq!(receipt.device_time, order.not_after + late);
            assert_eq!(rig.look() == before, outcome != Outcome::Applied, "{action:?} {late}");
        }
    }
}

#[test]
fn an_unlock_is_obeyed_however_late_it_comes() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.pass(3_000);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn an_expired_command_uses_up_nothing() {
    let mut rig = Rig::new();
    rig.clock.pass(61);
    let before = rig.look().0;
    rig.expect(&Order::lock(1), Outcome::RefusedExpired);
    assert_eq!(rig.look().0, before);
    rig.expect(&Order::lock(1).with(|order| order.not_after = START + 61), Outcome::Applied);
}

#[test]
fn a_lock_that_would_be_over_is_refused() {
    for (late, outcome) in
        [(-1, Outcome::Applied), (0, Outcome::RefusedExpired), (1, Outcome::RefusedExpired)]
    {
        let mut rig = Rig::new();
        let order = Order::lock(1).with(|order| order.lock_until = START + 30);
        rig.clock.pass_until(order.lock_until + late);
        rig.expect(&order, outcome);
        assert_eq!(rig.is_locked(), outcome == Outcome::Applied);
    }
}

#[test]
fn a_lock_lasts_at_most_45_days_and_has_an_end() {
    for (lock_until, outcome) in [
        (START + LONGEST_LOCK - 1, Outcome::Applied),
        (START + LONGEST_LOCK, Outcome::Applied),
        (START + LONGEST_LOCK + 1, Outcome::RefusedTooLong),
        (i64::MAX, Outcome::RefusedTooLong),
        (0, Outcome::RefusedTooLong),
    ] {
        let mut rig = Rig::new();
        rig.expect(&Order::lock(1).with(|order| order.lock_until = lock_until), outcome);
        assert_eq!(rig.is_locked(), outcome == Outcome::Applied, "{lock_until}");
    }
}

#[test]
fn a_car_without_network_time_refuses_warnings_and_locks_and_obeys_unlocks() {
    let mut rig = Rig::new();
    rig.clock.set_network(None);
    rig.restart();
    rig.expect(&Order::warn(1), Outcome::RefusedNoTime);
    rig.expect(&Order::lock(1), Outcome::RefusedNoTime);
    rig.expect(&Order::unlock(1), Outcome::Applied);
    rig.clock.set_network(Some(START));
    rig.expect(&Order::lock(2), Outcome::Applied);
}

#[test]
fn network_time_once_heard_is_carried_on_until_it_may_be_a_minute_off() {
    // Twenty seconds in a million: a minute in three million.
    for (silent, outcome) in [(2_999_999, Outcome::Applied), (3_000_001, Outcome::RefusedNoTime)] {
        let mut rig = Rig::new();
        rig.tick();
        rig.clock.set_network(None);
        rig.clock.pass(silent);
        let now = START + i64::try_from(silent).unwrap();
        let order = Order::new(Action::Lock, 1, now).with(|order| order.not_after += 60);
        rig.expect(&order, outcome);
    }
}

#[test]
fn a_command_from_the_future_is_refused_beyond_a_minute() {
    for (ahead, outcome) in [(59, Outcome::Applied), (60, Outcome::Applied), (61, Outcome::RefusedNoTime)] {
        let mut rig = Rig::new();
        rig.expect(&Order::new(Action::Lock, 1, START + ahead), outcome);
    }
}

#[test]
fn a_key_that_may_lock_proves_the_time_and_no_other_key_does() {
    for (key, outcome) in [(full_key(), Outcome::RefusedExpired), (warn_key(), Outcome::Applied)] {
        let mut rig = Rig::new();
        let warning = Order::new(Action::Warn, 1, START + 50).with(|order| order.key = key.clone());
        rig.expect(&warning, Outcome::Applied);
        let lock = Order::lock(2).with(|order| order.not_after = START + 40);
        rig.expect(&lock, outcome);
    }
}

#[test]
fn a_time_that_is_proven_outlasts_a_network_that_says_an_earlier_one() {
    let mut rig = Rig::new();
    rig.clock.pass(500);
    rig.expect(&Order::new(Action::Warn, 1, START + 500), Outcome::Applied);
    rig.clock.power_off(0);
    rig.clock.set_network(Some(START));
    rig.restart();
    let receipt = rig.expect(&Order::new(Action::Lock, 2, START + 10), Outcome::RefusedExpired);
    assert_eq!(receipt.device_time, START + 500);
}

#[test]
fn an_unlock_from_the_far_future_proves_no_time() {
    let mut rig = Rig::new();
    rig.expect(&Order::new(Action::Unlock, 1, START + YEAR), Outcome::Applied);
    rig.expect(&Order::lock(2), Outcome::Applied);
}

#[test]
fn a_network_that_errs_once_decides_nothing_and_is_soon_believed_again() {
    for wrong in [START + YEAR, START - YEAR] {
        let mut rig = Rig::new();
        rig.expect(&Order::lock(1), Outcome::Applied);
        rig.clock.set_network(Some(wrong));
        rig.tick();
        assert!(rig.is_locked(), "one wrong answer ended a lock");
        rig.expect(&Order::new(Action::Lock, 2, wrong), Outcome::RefusedNoTime);
        rig.clock.set_network(Some(START));
        rig.expect(&Order::lock(3), Outcome::Applied);
    }
}

#[test]
fn a_network_that_insists_for_a_minute_is_believed() {
    let mut rig = Rig::new();
    rig.tick();
    rig.clock.set_network(Some(START + YEAR));
    let order = |seq| Order::new(Action::Lock, seq, START + YEAR).with(|order| order.not_after += 60);
    rig.expect(&order(1), Outcome::RefusedNoTime);
    rig.clock.pass(59);
    rig.expect(&order(1), Outcome::RefusedNoTime);
    rig.clock.pass(1);
    rig.expect(&order(1), Outcome::Applied);
}

#[test]
fn a_lock_ends_by_itself_in_its_second() {
    let mut rig = Rig::new();
    let order = Order::lock(1);
    rig.expect(&order, Outcome::Applied);
    for (late, locked) in [(-1, true), (0, false), (1, false)] {
        rig.clock.pass_until(order.lock_until + late);
        rig.tick();
        assert_eq!(rig.is_locked(), locked, "{late}");
    }
    assert!(rig.car.try_start());
}

#[test]
fn a_lock_ends_by_elapsed_time_without_any_other_clock() {
    for wall in [0, START - YEAR, START + YEAR, i64::MIN, i64::MAX] {
        let mut rig = Rig::new();
        rig.expect(&Order::lock(1), Outcome::Applied);
        rig.clock.set_network(None);
        rig.clock.set_wall(wall);
        // A second early, by the drift that the elapsed clock may have.
        rig.clock.pass(3_598);
        rig.clock.set_wall(wall);
        rig.tick();
        assert!(rig.is_locked(), "a clock that the driver can set ended a lock");
        rig.clock.pass(2);
        rig.clock.set_wall(wall);
        rig.tick();
        assert!(!rig.is_locked(), "{wall}");
    }
}

#[test]
fn a_clock_that_is_slow_by_its_drift_does_not_make_a_lock_longer() {
    let mut rig = Rig::new();
    let order = Order::lock(1).with(|order| order.lock_until = START + LONGEST_LOCK);
    rig.expect(&order, Outcome::Applied);
    rig.clock.set_network(None);
    // 45 days by the stars are 77 seconds less by a clock that loses 20 in a million.
    let counted = u64::try_from(LONGEST_LOCK).unwrap() * 999_980 / 1_000_000;
    for _ in 0..counted / 3_600 {
        rig.clock.pass(3_600);
        rig.tick();
    }
    assert!(rig.is_locked());
    rig.clock.pass(counted % 3_600 + 1);
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn the_time_without_power_counts_as_soon_as_the_time_is_known() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.power_off(3_600);
    rig.restart();
    rig.tick();
    assert!(rig.is_locked(), "without network time the power may have been off for a second");
    rig.clock.set_network(Some(START + 3_600));
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn the_time_without_power_stays_counted_when_the_network_goes_again() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.power_off(3_000);
    rig.restart();
    rig.clock.set_network(Some(START + 3_000));
    rig.tick();
    rig.clock.set_network(None);
    rig.clock.pass(598);
    rig.tick();
    assert!(rig.is_locked());
    rig.clock.pass(2);
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn the_time_without_the_agent_counts_while_the_machine_runs() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.set_network(None);
    rig.clock.pass(3_599);
    rig.restart();
    assert!(rig.is_locked());
    rig.clock.pass(1);
    rig.restart();
    assert!(!rig.is_locked());
}

#[test]
fn restarts_only_make_a_lock_shorter() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    let mut ticked = 0;
    while rig.is_locked() {
        rig.clock.pass(1);
        rig.tick();
        ticked += 1;
        if ticked % 600 == 0 {
            rig.clock.power_off(0);
            rig.restart();
        }
        assert!(ticked <= 3_600, "the lock has become longer");
    }
    let shorter = 5 * SAVED_EVERY;
    assert!(ticked >= 3_600 - shorter, "{ticked}");
}

#[test]
fn commands_between_ticks_take_no_time_off_the_count() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.set_network(None);
    for _ in 0..6 {
        rig.clock.pass(600);
        rig.expect(&Order::lock(1), Outcome::Applied);
    }
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn a_refused_command_proves_no_time() {
    let mut rig = Rig::new();
    let State { not_before, .. } = rig.look().0;
    rig.car.pretend(|car| car.unsafe_to_lock = true);
    rig.expect(&Order::new(Action::Lock, 1, START + 60), Outcome::RefusedUnsafe);
    assert_eq!(rig.look().0.not_before, not_before);
}
