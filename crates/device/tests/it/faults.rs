//! Hardware that does not obey, and disks that do not write.

use std::sync::Arc;

use latchkey_device::car::{Car, CarError, Ignition, SimulatedCar};
use latchkey_device::device::{Device, DeviceError, Report};
use latchkey_device::state::Lock;
use latchkey_device::store::MemoryStore;
use latchkey_protocol::{Action, Outcome};

use crate::common::{Order, Rig, START, TestClock, assert_answers, identity, read, untroubled};
use crate::disks::{Failure, Fault, FaultyDisk};

fn break_car(rig: &Rig, broken: bool) {
    rig.car.pretend(|car| car.broken = broken);
}

/// That the order is not answered, because the car's hardware fails.
fn fails(rig: &mut Rig, order: &Order) {
    let report = rig.device.receive(&order.sealed());
    assert!(matches!(report, Report { answer: None, trouble: Some(DeviceError::Car(_)), .. }), "{report:?}");
}

#[test]
fn a_broken_immobiliser_yields_no_receipt_and_is_tried_again_until_it_obeys() {
    let mut rig = Rig::new();
    break_car(&rig, true);
    let sealed = Order::lock(1).sealed();
    for report in [rig.device.receive(&sealed), rig.device.receive(&sealed), rig.device.tick()] {
        assert!(matches!(report, Report { answer: None, trouble: Some(DeviceError::Car(_)), .. }));
    }
    assert_eq!(rig.device.latest(), []);

    break_car(&rig, false);
    let receipt = rig.tick().expect("the receipt, now that it is true");
    assert_answers(&receipt, &Order::lock(1), Outcome::Applied);
    assert!(rig.is_locked());
    assert_eq!(rig.tick(), None);
}

#[test]
fn a_car_whose_immobiliser_is_broken_comes_up_and_goes_on_trying_to_release_it() {
    let mut rig = Rig::new();
    rig.car.pretend(|car| car.inhibited = true);
    break_car(&rig, true);
    rig.restart();
    assert!(rig.device.tick().trouble.is_some());
    break_car(&rig, false);
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn the_next_copy_of_the_command_tries_again_too() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    break_car(&rig, true);
    fails(&mut rig, &Order::unlock(2));
    break_car(&rig, false);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn an_unlock_that_failed_is_not_forgotten_over_a_newer_warning() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    break_car(&rig, true);
    fails(&mut rig, &Order::unlock(2));
    fails(&mut rig, &Order::warn(3));
    break_car(&rig, false);
    let receipts = [rig.tick().unwrap(), rig.tick().unwrap()];
    assert_answers(&receipts[0], &Order::unlock(2), Outcome::Applied);
    assert_answers(&receipts[1], &Order::warn(3), Outcome::Applied);
    assert!(!rig.is_locked());
    assert_eq!(rig.car.look().warnings, ["message 3"]);
}

#[test]
fn a_warning_that_has_not_sounded_is_not_answered_because_a_lock_ended() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.pass(3_599);
    break_car(&rig, true);
    let warn = Order::new(Action::Warn, 2, START + 3_599);
    fails(&mut rig, &warn);
    rig.clock.pass(1);
    assert!(rig.device.tick().trouble.is_some());
    fails(&mut rig, &warn);
    break_car(&rig, false);
    rig.expect(&warn, Outcome::Applied);
    assert_eq!(rig.car.look().warnings, ["message 2"]);
    assert!(!rig.is_locked());
}

#[test]
fn a_warning_that_never_sounded_is_dropped_for_a_newer_lock_and_refused_from_then_on() {
    let mut rig = Rig::new();
    break_car(&rig, true);
    fails(&mut rig, &Order::warn(1));
    break_car(&rig, false);
    rig.expect(&Order::lock(2), Outcome::Applied);
    rig.expect(&Order::warn(1), Outcome::RefusedSuperseded);
    rig.tick();
    assert!(rig.car.look().warnings.is_empty());
}

#[test]
fn a_lock_that_ends_on_a_broken_immobiliser_ends_as_soon_as_it_can() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    break_car(&rig, true);
    rig.clock.pass(3_600);
    assert!(rig.device.tick().trouble.is_some());
    assert_eq!(rig.look().0.lock, Lock::Unlocked);
    break_car(&rig, false);
    rig.restart();
    assert!(!rig.is_locked());
}

fn with_disk()
-> (Device<SimulatedCar, latchkey_device::store::DiskStore<FaultyDisk>>, SimulatedCar, FaultyDisk) {
    let (car, disk) = (SimulatedCar::new(), FaultyDisk::provisioned());
    let device = Device::start(identity(), car.clone(), disk.store(), Arc::new(TestClock::new()));
    (device, car, disk)
}

#[test]
fn no_warning_and_no_lock_is_done_that_could_not_be_remembered_first() {
    for order in [Order::warn(1), Order::lock(1)] {
        let (mut device, car, disk) = with_disk();
        let (before, state) = (car.look(), device.state().clone());
        disk.fail(Fault::Full);
        let report = device.receive(&order.sealed());
        assert!(matches!(report.trouble, Some(DeviceError::Store(_))));
        assert_answers(&read(&report.answer.unwrap()), &order, Outcome::RefusedService);
        assert_eq!((car.look(), device.state()), (before, &state));
        disk.heal();
        let receipt = read(&untroubled(device.receive(&order.sealed())).unwrap());
        assert_answers(&receipt, &order, Outcome::Applied);
        assert_eq!(device.service(), None);
    }
}

#[test]
fn an_armed_lock_that_cannot_be_remembered_does_not_begin() {
    let (mut device, car, disk) = with_disk();
    car.try_start();
    let armed = untroubled(device.receive(&Order::lock(1).sealed())).unwrap();
    assert_answers(&read(&armed), &Order::lock(1), Outcome::Armed);
    disk.fail(Fault::Broken);
    car.park();
    assert!(device.tick().trouble.is_some());
    assert!(!car.look().inhibited);
    disk.heal();
    let receipt = read(&untroubled(device.tick()).unwrap());
    assert_answers(&receipt, &Order::lock(1), Outcome::Applied);
    assert!(car.look().inhibited);
}

#[test]
fn a_warning_does_not_sound_at_every_tick_while_the_disk_is_full() {
    let (mut device, car, disk) = with_disk();
    // The decision is remembered, and that it sounded is not: an open, a write and a sync for each of two slots.
    disk.fail_at(6, Failure::Error(28));
    assert!(device.receive(&Order::warn(1).sealed()).answer.is_some());
    disk.fail(Fault::Full);
    for _ in 0..20 {
        let _ = device.tick();
    }
    assert_eq!(car.look().warnings.len(), 1);
    let receipt = read(&device.receive(&Order::warn(1).sealed()).answer.unwrap());
    assert_answers(&receipt, &Order::warn(1), Outcome::Applied);
}

#[test]
fn a_warning_that_could_not_sound_in_its_time_is_dropped() {
    let mut rig = Rig::new();
    break_car(&rig, true);
    fails(&mut rig, &Order::warn(1));
    rig.clock.pass(61);
    assert!(rig.device.tick().answer.is_some_and(|answer| read(&answer).outcome == Outcome::RefusedExpired));
    break_car(&rig, false);
    rig.tick();
    assert!(rig.car.look().warnings.is_empty());
    rig.expect(&Order::warn(1).with(|order| order.not_after += 60), Outcome::Applied);
}

/// A car that counts how often its engine was touched while it ran.
struct Witness(SimulatedCar);

impl Car for Witness {
    fn ignition(&mut self) -> Result<Ignition, CarError> {
        self.0.ignition()
    }

    fn speed(&mut self) -> Result<u16, CarError> {
        self.0.speed()
    }

    fn dwell_secs(&self) -> u64 {
        self.0.dwell_secs()
    }

    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError> {
        assert!(
            !(inhibit && self.0.ignition() == Ok(Ignition::Running)),
            "the immobiliser of a running car was set"
        );
        self.0.immobilise(inhibit)
    }

    fn show(&mut self, message: &str) -> Result<(), CarError> {
        self.0.show(message)
    }

    fn warn(&mut self, message: &str) -> Result<(), CarError> {
        self.0.warn(message)
    }
}

#[test]
fn no_command_sets_the_immobiliser_of_a_car_that_runs() {
    let (car, clock) = (SimulatedCar::new(), TestClock::new());
    car.try_start();
    let mut device =
        Device::start(identity(), Witness(car.clone()), MemoryStore::default(), Arc::new(clock.clone()));
    for order in
        [Order::lock(1), Order::warn(2), Order::lock(3), Order::lock(3), Order::unlock(4), Order::lock(5)]
    {
        untroubled(device.receive(&order.sealed()));
        untroubled(device.tick());
    }
    car.park();
    untroubled(device.tick());
    assert!(car.look().inhibited);
}
