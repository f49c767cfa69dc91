//! When a car may be locked: what its sensors say, and for how long.

use latchkey_device::car::Ignition;
use latchkey_device::interlock::STUCK_AFTER;
use latchkey_protocol::Outcome;

use crate::common::{Order, Rig, START, assert_answers};

const DWELL: u64 = 120;

/// A parked car that must stand for two minutes before it is locked, and has just been switched off.
fn parked_just_now() -> Rig {
    let mut rig = Rig::new();
    rig.car.pretend(|car| (car.dwell_secs, car.ignition) = (DWELL, Ignition::Running));
    rig.restart();
    rig.car.park();
    rig.tick();
    rig
}

fn long(seq: u64) -> Order {
    Order::lock(seq).with(|order| order.not_after += 7_200)
}

#[test]
fn a_car_is_locked_once_it_has_stood_for_its_dwell_time() {
    for (stands, outcome) in
        [(DWELL - 1, Outcome::Armed), (DWELL, Outcome::Applied), (DWELL + 1, Outcome::Applied)]
    {
        let mut rig = parked_just_now();
        rig.clock.pass(stands);
        rig.expect(&long(1), outcome);
        assert_eq!(rig.is_locked(), outcome == Outcome::Applied, "{stands}");
    }
}

#[test]
fn c8_a_stop_start_engine_at_a_red_light_is_not_locked() {
    let mut rig = parked_just_now();
    // The engine is off, the ignition is on, and the car stands, for as long as a light is red.
    rig.car.pretend(|car| car.ignition = Ignition::Running);
    for _ in 0..DWELL {
        rig.clock.pass(1);
        rig.tick();
    }
    rig.expect(&long(1), Outcome::Armed);
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
    assert!(rig.car.try_start(), "the engine starts again at green");
}

#[test]
fn a_car_that_rolls_with_its_ignition_off_is_not_locked() {
    let mut rig = parked_just_now();
    rig.car.pretend(|car| car.speed = 1);
    rig.clock.pass(10 * DWELL);
    rig.expect(&long(1), Outcome::Armed);
    assert_eq!(rig.tick(), None);
    // It stands, and the time begins again.
    rig.car.pretend(|car| car.speed = 0);
    assert_eq!(rig.tick(), None);
    rig.clock.pass(DWELL - 1);
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
    rig.clock.pass(1);
    assert_answers(&rig.tick().unwrap(), &long(1), Outcome::Applied);
    assert!(rig.is_locked());
}

#[test]
fn a_sensor_that_does_not_answer_means_not_safe() {
    let mut rig = parked_just_now();
    rig.car.pretend(|car| car.blind = true);
    rig.clock.pass(DWELL);
    rig.expect(&long(1), Outcome::RefusedUnsafe);
    rig.car.pretend(|car| car.blind = false);
    // What was before the gap does not count.
    rig.expect(&long(1), Outcome::Armed);
    rig.clock.pass(DWELL);
    assert_answers(&rig.tick().unwrap(), &long(1), Outcome::Applied);
}

#[test]
fn an_armed_lock_waits_while_a_sensor_does_not_answer() {
    let mut rig = parked_just_now();
    rig.expect(&long(1), Outcome::Armed);
    rig.car.pretend(|car| car.blind = true);
    rig.clock.pass(DWELL);
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
}

#[test]
fn a_speed_that_never_changed_on_a_long_drive_means_not_safe_until_it_does() {
    let mut rig = parked_just_now();
    rig.car.try_start();
    rig.tick();
    rig.clock.pass(STUCK_AFTER);
    rig.tick();
    rig.car.park();
    rig.tick();
    rig.clock.pass(DWELL);
    rig.expect(&long(1), Outcome::RefusedUnsafe);
    rig.car.pretend(|car| car.speed = 30);
    rig.tick();
    rig.car.pretend(|car| car.speed = 0);
    rig.tick();
    rig.clock.pass(DWELL);
    rig.expect(&long(1), Outcome::Applied);
}

#[test]
fn an_unlock_asks_no_sensor() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.car.pretend(|car| (car.blind, car.speed) = (true, 90));
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn after_a_restart_a_lock_is_applied_again_only_when_the_car_stands() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    // Without power the immobiliser lets the car start, and it was started.
    rig.clock.power_off(60);
    rig.clock.set_network(Some(START + 60));
    rig.car.pretend(|car| (car.inhibited, car.ignition) = (false, Ignition::Running));
    rig.restart();
    rig.tick();
    assert!(!rig.car.look().inhibited, "the immobiliser of a running car was set");
    rig.car.park();
    rig.tick();
    assert!(rig.is_locked());
}

#[test]
fn a_contact_that_shows_another_state_withholds_the_receipt() {
    let mut rig = Rig::new();
    rig.car.pretend(|car| car.stuck = true);
    let report = rig.device.receive(&Order::lock(1).sealed());
    assert!(report.answer.is_none() && report.trouble.is_some(), "{report:?}");
    rig.car.pretend(|car| car.stuck = false);
    assert_answers(&rig.tick().unwrap(), &Order::lock(1), Outcome::Applied);

    rig.car.pretend(|car| car.stuck = true);
    let report = rig.device.receive(&Order::unlock(2).sealed());
    assert!(report.answer.is_none() && report.trouble.is_some(), "{report:?}");
    rig.car.pretend(|car| car.stuck = false);
    assert_answers(&rig.tick().unwrap(), &Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn an_immobiliser_that_was_set_by_another_hand_is_released() {
    let mut rig = Rig::new();
    rig.tick();
    rig.car.pretend(|car| car.inhibited = true);
    rig.tick();
    assert!(!rig.is_locked());
}
