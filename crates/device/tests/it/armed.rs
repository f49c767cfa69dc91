//! A lock that waits for the car to park.

use std::sync::Arc;

use latchkey_device::car::Ignition;
use latchkey_device::device::Device;
use latchkey_protocol::Outcome;

use crate::common::{Full, Order, Rig, START, assert_answers, identity, read};

#[test]
fn a_running_car_is_armed_and_locks_when_it_parks() {
    let mut rig = Rig::new();
    assert!(rig.car.try_start());
    let order = Order::lock(1);
    rig.expect(&order, Outcome::Armed);
    assert_eq!(rig.tick(), None);
    assert_eq!(rig.car.look().ignition, Ignition::Running);
    assert!(!rig.is_locked());

    rig.clock.pass(20);
    rig.car.park();
    let receipt = rig.tick().expect("the receipt of the lock");
    assert_answers(&receipt, &order, Outcome::Applied);
    assert_eq!(receipt.device_time, START + 20);
    assert!(rig.is_locked());
    assert!(!rig.car.try_start());
    assert_eq!(rig.order(&order), receipt);
}

#[test]
fn an_armed_lock_survives_a_restart_one_saving_interval_shorter() {
    let mut rig = Rig::new();
    rig.car.try_start();
    let order = Order::lock(1).with(|order| order.not_after += 60);
    rig.expect(&order, Outcome::Armed);
    rig.restart();
    assert_eq!(rig.tick(), None);
    rig.expect(&order, Outcome::Armed);
    rig.car.park();
    assert_answers(&rig.tick().unwrap(), &order, Outcome::Applied);
}

#[test]
fn an_armed_lock_waits_for_network_time_after_a_power_cut() {
    let mut rig = Rig::new();
    rig.car.try_start();
    let order = Order::lock(1).with(|order| order.not_after += 600);
    rig.expect(&order, Outcome::Armed);
    rig.clock.power_off(300);
    rig.car.park();
    rig.restart();
    // Nobody knows how long the power was off: the command may be over.
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
    rig.clock.set_network(Some(START + 300));
    assert_answers(&rig.tick().unwrap(), &order, Outcome::Applied);
    assert!(rig.is_locked());
}

#[test]
fn an_armed_lock_takes_hold_in_the_last_second_of_its_command_and_never_after() {
    for (late, locks) in [(-1, true), (0, true), (1, false)] {
        let mut rig = Rig::new();
        rig.car.try_start();
        let order = Order::lock(1);
        rig.expect(&order, Outcome::Armed);
        rig.car.park();
        rig.clock.pass_until(order.not_after + late);
        let outcome = if locks { Outcome::Applied } else { Outcome::RefusedExpired };
        assert_answers(&rig.tick().unwrap(), &order, outcome);
        assert_eq!(rig.is_locked(), locks);
        rig.expect(&order, outcome);
    }
}

#[test]
fn a_clock_set_back_does_not_keep_a_lock_armed() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.clock.pass(61);
    rig.clock.set_wall(START);
    assert_answers(&rig.tick().unwrap(), &Order::lock(1), Outcome::RefusedExpired);
    rig.car.park();
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn the_next_lease_of_an_invocation_keeps_its_lock_armed() {
    let mut rig = Rig::new();
    rig.car.try_start();
    let first = Order::lock(1);
    let armed = rig.send(&first.sealed()).unwrap();
    let next = first.clone().with(|order| order.not_after += 60);
    rig.clock.pass(60);
    assert_eq!(rig.send(&next.sealed()).unwrap(), armed);
    // An older copy takes nothing back.
    assert_eq!(rig.send(&first.sealed()).unwrap(), armed);
    rig.clock.pass(60);
    rig.car.park();
    assert_answers(&rig.tick().unwrap(), &first, Outcome::Applied);
}

#[test]
fn a_lock_that_lapsed_before_the_car_parked_may_be_asked_again_under_its_number() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(3), Outcome::Armed);
    rig.clock.pass(61);
    assert_answers(&rig.tick().unwrap(), &Order::lock(3), Outcome::RefusedExpired);
    rig.restart();
    rig.expect(&Order::lock(2), Outcome::RefusedSuperseded);
    rig.expect(&Order::lock(3), Outcome::RefusedExpired);
    let foreign = Order::lock(3).with(|order| (order.invocation, order.not_after) = ([1; 32], START + 999));
    assert_eq!(rig.send(&foreign.sealed()), None);

    let again = Order::lock(3).with(|order| order.not_after = START + 100);
    rig.expect(&again, Outcome::Armed);
    rig.car.park();
    assert_answers(&rig.tick().unwrap(), &again, Outcome::Applied);
    assert!(rig.is_locked());
}

#[test]
fn an_armed_lock_waits_while_locking_would_be_unsafe() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.car.park();
    rig.car.pretend(|car| car.unsafe_to_lock = true);
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
    rig.car.pretend(|car| car.unsafe_to_lock = false);
    assert_answers(&rig.tick().unwrap(), &Order::lock(1), Outcome::Applied);
}

#[test]
fn an_unlock_supersedes_an_armed_lock_and_its_receipt_stays_true() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    rig.expect(&Order::lock(1), Outcome::RefusedSuperseded);
    rig.car.park();
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
    assert!(rig.car.try_start());
}

#[test]
fn a_warning_leaves_an_armed_lock_as_it_is() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.expect(&Order::warn(2), Outcome::Applied);
    rig.car.park();
    assert_answers(&rig.tick().unwrap(), &Order::lock(1), Outcome::Applied);
}

#[test]
fn a_standing_lock_is_renewed_on_a_car_that_runs_and_the_car_runs_on() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.car.pretend(|car| car.ignition = Ignition::Running);
    rig.expect(&Order::lock(2), Outcome::Applied);
    assert_eq!(rig.car.look().ignition, Ignition::Running);
    assert!(rig.is_locked());
}

#[test]
fn an_armed_lock_that_a_car_without_storage_drops_is_not_said_to_be_armed() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    let store = Full(rig.look().0);
    let clock = Arc::new(rig.clock.clone());
    let mut device = Device::start(identity(), rig.car.clone(), store, clock);
    let latest: Vec<_> = device.latest().iter().map(read).collect();
    assert_answers(&latest[0], &Order::lock(1), Outcome::RefusedService);
    assert_eq!(latest.len(), 1);
    rig.car.park();
    let copy = device.receive(&Order::lock(1).sealed()).answer.unwrap();
    assert_answers(&read(&copy), &Order::lock(1), Outcome::RefusedService);
    assert!(!rig.car.look().inhibited);
}
