//! Cases from the field: what went wrong in other cars, or in this one before.

use std::sync::Arc;

use latchkey_device::agent::Service;
use latchkey_device::car::{Ignition, SimulatedCar};
use latchkey_device::device::Device;
use latchkey_device::store::DiskStore;
use latchkey_protocol::{Action, Outcome};

use crate::common::{Order, Rig, START, TestClock, assert_answers, identity, read, warn_key};
use crate::disks::{Fault, FaultyDisk};

const YEAR: i64 = 365 * 86_400;

/// A car whose memory is a disk that can fail, locked by number 1.
struct OnDisk {
    disk: FaultyDisk,
    car: SimulatedCar,
    clock: TestClock,
    device: Device<SimulatedCar, DiskStore<FaultyDisk>>,
}

impl OnDisk {
    fn locked() -> Self {
        let (disk, car, clock) = (FaultyDisk::provisioned(), SimulatedCar::new(), TestClock::new());
        let device = boot(&disk, &car, &clock);
        let mut locked = Self { disk, car, clock, device };
        locked.expect(&Order::lock(1), Outcome::Applied);
        assert!(locked.car.look().inhibited);
        locked
    }

    fn expect(&mut self, order: &Order, outcome: Outcome) {
        let answer = self.device.receive(&order.sealed()).answer.expect("an answer");
        assert_answers(&read(&answer), order, outcome);
    }

    fn reboot(&mut self) {
        self.device = boot(&self.disk, &self.car, &self.clock);
    }
}

fn boot(
    disk: &FaultyDisk,
    car: &SimulatedCar,
    clock: &TestClock,
) -> Device<SimulatedCar, DiskStore<FaultyDisk>> {
    Device::start(identity(), car.clone(), disk.store(), Arc::new(clock.clone()))
}

#[test]
fn c1_an_unlock_is_obeyed_whatever_the_cars_clocks_say() {
    for wrong in [300, -300, YEAR, -YEAR] {
        for network in [None, Some(START + wrong)] {
            let mut rig = Rig::new();
            rig.expect(&Order::lock(1), Outcome::Applied);
            rig.clock.power_off(0);
            rig.clock.set_wall(START + wrong);
            rig.restart();
            rig.clock.set_network(network);
            rig.expect(&Order::unlock(2), Outcome::Applied);
            assert!(!rig.is_locked(), "{wrong} {network:?}");
        }
    }
}

#[test]
fn c2_a_lock_withheld_for_weeks_is_refused_by_a_car_that_boots_in_1970() {
    let mut rig = Rig::new();
    let withheld = Order::lock(1);
    rig.clock.power_off(21 * 86_400);
    rig.clock.set_wall(0);
    rig.restart();
    rig.expect(&withheld, Outcome::RefusedNoTime);
    rig.clock.set_network(Some(START + 21 * 86_400));
    rig.expect(&withheld, Outcome::RefusedExpired);
    assert!(!rig.is_locked());
}

#[test]
fn c3_a_disk_that_is_full_or_read_only_keeps_no_car_locked() {
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Broken] {
        let mut ends = OnDisk::locked();
        ends.disk.fail(fault);
        ends.clock.pass(3_600);
        assert!(ends.device.tick().trouble.is_some());
        assert!(ends.car.try_start(), "{fault:?} at the lock's end");

        let mut unlocked = OnDisk::locked();
        unlocked.disk.fail(fault);
        unlocked.expect(&Order::unlock(2), Outcome::Applied);
        assert!(unlocked.car.try_start(), "{fault:?} at an unlock");
    }
}

#[test]
fn c4_a_car_whose_storage_is_not_mounted_needs_service_and_is_not_new() {
    let mut car = OnDisk::locked();
    car.disk = FaultyDisk::empty();
    car.reboot();
    assert_eq!(car.device.service(), Some(Service::NoRecord));
    assert!(!car.car.look().inhibited, "locked by a record that is not there");
    car.expect(&Order::lock(2), Outcome::RefusedService);
    car.expect(&Order::warn(3), Outcome::RefusedService);
    car.expect(&Order::unlock(4), Outcome::Applied);
    assert!(car.car.look().warnings.is_empty());
    // Nothing is written where the storage is not.
    assert!(car.disk.is_empty());
    car.reboot();
    assert_eq!(car.device.service(), Some(Service::NoRecord));
}

#[test]
fn c9_a_command_that_comes_again_is_answered_with_the_receipt_of_its_time() {
    let mut rig = Rig::new();
    let lock = rig.send(&Order::lock(1).sealed()).unwrap();
    let unlock = rig.send(&Order::unlock(2).sealed()).unwrap();
    rig.restart();
    let before = rig.look();
    assert_eq!(rig.send(&Order::lock(1).sealed()).unwrap(), lock);
    assert_eq!(rig.send(&Order::unlock(2).sealed()).unwrap(), unlock);
    assert_eq!(rig.look(), before);
    assert!(!rig.is_locked());
}

#[test]
fn c10_the_highest_number_of_a_key_that_may_only_warn_stops_no_unlock() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.expect(&Order::warn(u64::MAX).with(|order| order.key = warn_key()), Outcome::Applied);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn c11_an_unlock_that_could_not_be_remembered_holds_over_a_reboot() {
    let mut car = OnDisk::locked();
    car.disk.fail(Fault::ReadOnly);
    car.expect(&Order::unlock(2), Outcome::Applied);
    car.reboot();
    assert!(!car.car.look().inhibited, "the old lock came back");
    assert_eq!(car.device.service(), Some(Service::MayHaveForgotten));
    car.expect(&Order::lock(3), Outcome::RefusedService);
    // The borrower asks for another unlock.
    car.expect(&Order::unlock(4), Outcome::Applied);
    assert!(car.car.try_start());
}

#[test]
fn a_car_that_may_have_forgotten_a_number_obeys_only_locks_that_are_newer() {
    let mut car = OnDisk::locked();
    car.disk.fail(Fault::ReadOnly);
    car.expect(&Order::unlock(3), Outcome::Applied);
    car.clock.power_off(5);
    car.reboot();
    car.disk.heal();
    car.clock.pass(1);
    // It can be written again, and what was issued before is not known without the time.
    assert!(car.device.tick().trouble.is_none());
    assert_eq!(car.device.service(), Some(Service::MayHaveForgotten));
    car.clock.set_network(Some(START + 10));
    car.clock.pass(1);
    assert!(car.device.tick().trouble.is_none());
    assert_eq!(car.device.service(), None);
    // Withheld since before the unlock, whose number is not in the record.
    car.expect(&Order::lock(2), Outcome::RefusedService);
    assert!(!car.car.look().inhibited);
    car.reboot();
    car.expect(&Order::lock(2), Outcome::RefusedService);
    car.expect(&Order::new(Action::Lock, 4, START + 11), Outcome::Applied);
}

#[test]
fn c13_an_unlock_that_a_newer_warning_overtook_is_obeyed() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(7), Outcome::Applied);
    rig.expect(&Order::warn(9), Outcome::Applied);
    rig.expect(&Order::unlock(8), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn c14_a_lock_of_46_days_is_refused() {
    let mut rig = Rig::new();
    let order = Order::lock(1).with(|order| order.lock_until = START + 46 * 86_400);
    rig.expect(&order, Outcome::RefusedTooLong);
    assert!(!rig.is_locked());
}

#[test]
fn a_lock_never_stops_a_car_that_runs() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::new(Action::Lock, 1, START), Outcome::Armed);
    assert_eq!(rig.car.look().ignition, Ignition::Running);
    assert!(!rig.is_locked());
}
