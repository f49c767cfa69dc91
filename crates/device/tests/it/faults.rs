//! Hardware that does not obey, and disks that do not write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use latchkey_device::car::{Car, CarError, Ignition, SimulatedCar};
use latchkey_device::device::{Device, DeviceError};
use latchkey_device::state::{Lock, State};
use latchkey_device::store::{MemoryStore, Store, StoreError};
use latchkey_protocol::{Action, Outcome};

use crate::common::{Order, Rig, START, TestClock, assert_answers, identity, read};

fn break_car(rig: &Rig, broken: bool) {
    rig.car.pretend(|car| car.broken = broken);
}

#[test]
fn a_broken_immobiliser_yields_no_receipt_and_is_tried_again_until_it_obeys() {
    let mut rig = Rig::new();
    break_car(&rig, true);
    let sealed = Order::lock(1).sealed();
    assert!(matches!(rig.device.receive(&sealed), Err(DeviceError::Car(_))));
    assert!(matches!(rig.device.receive(&sealed), Err(DeviceError::Car(_))));
    assert!(matches!(rig.device.tick(), Err(DeviceError::Car(_))));
    assert_eq!(rig.device.latest(), None);

    break_car(&rig, false);
    let receipt = rig.tick().expect("the receipt, now that it is true");
    assert_answers(&receipt, &Order::lock(1), Outcome::Applied);
    assert!(rig.is_locked());
    assert_eq!(rig.tick(), None);
}

#[test]
fn a_car_whose_immobiliser_is_broken_does_not_come_up() {
    let rig = Rig::new();
    break_car(&rig, true);
    let clock = Arc::new(rig.clock.clone());
    let started = Device::start(identity(), rig.car.clone(), rig.store.clone(), clock);
    assert!(matches!(started.err(), Some(DeviceError::Car(_))));
}

#[test]
fn the_next_copy_of_the_command_tries_again_too() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    break_car(&rig, true);
    rig.device.receive(&Order::unlock(2).sealed()).unwrap_err();
    break_car(&rig, false);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn an_unlock_that_failed_is_not_forgotten_over_a_newer_warning() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    break_car(&rig, true);
    rig.device.receive(&Order::unlock(2).sealed()).unwrap_err();
    rig.device.receive(&Order::warn(3).sealed()).unwrap_err();
    break_car(&rig, false);
    let receipt = rig.tick().unwrap();
    assert_answers(&receipt, &Order::warn(3), Outcome::Applied);
    assert!(!rig.is_locked());
    assert_eq!(rig.car.look().warnings, ["message 3"]);
}

#[test]
fn a_warning_that_has_not_sounded_is_not_answered_because_a_lock_ended() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.set(START + 3_599);
    break_car(&rig, true);
    let warn = Order::new(Action::Warn, 2, START + 3_599);
    rig.device.receive(&warn.sealed()).unwrap_err();
    rig.clock.pass(1);
    rig.device.tick().unwrap_err();
    rig.device.receive(&warn.sealed()).unwrap_err();
    break_car(&rig, false);
    rig.expect(&warn, Outcome::Applied);
    assert_eq!(rig.car.look().warnings, ["message 2"]);
    assert!(!rig.is_locked());
}

#[test]
fn a_warning_that_never_sounded_is_dropped_for_a_newer_lock_and_refused_from_then_on() {
    let mut rig = Rig::new();
    break_car(&rig, true);
    rig.device.receive(&Order::warn(1).sealed()).unwrap_err();
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
    rig.clock.set(START + 3_600);
    rig.device.tick().unwrap_err();
    assert_eq!(rig.look().0.lock, Lock::Unlocked);
    break_car(&rig, false);
    rig.restart();
    assert!(!rig.is_locked());
}

/// A store that fails at the saves whose bit is set, first save first. A failing save writes nothing.
#[derive(Clone, Default)]
struct FaultyStore {
    inner: MemoryStore,
    saves: Arc<AtomicU32>,
    fails: u32,
}

impl Store for FaultyStore {
    fn load(&mut self) -> Result<State, StoreError> {
        self.inner.load()
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        let number = self.saves.fetch_add(1, Ordering::SeqCst);
        if number < 32 && self.fails & (1 << number) != 0 {
            return Err(StoreError::Damaged { path: "full".into() });
        }
        self.inner.save(state)
    }
}

fn with_faulty_store(fails: u32) -> (Device<SimulatedCar, FaultyStore>, SimulatedCar, FaultyStore) {
    let (car, store) = (SimulatedCar::new(), FaultyStore { fails, ..FaultyStore::default() });
    let clock = Arc::new(TestClock::new());
    (Device::start(identity(), car.clone(), store.clone(), clock).unwrap(), car, store)
}

#[test]
fn nothing_is_done_that_could_not_be_remembered_first() {
    for order in [Order::warn(1), Order::lock(1), Order::unlock(1)] {
        let (mut device, car, mut store) = with_faulty_store(0b1);
        let before = car.look();
        assert!(matches!(device.receive(&order.sealed()), Err(DeviceError::Store(_))));
        assert_eq!(car.look(), before);
        assert_eq!(device.state(), &State::default());
        assert_eq!(store.load().unwrap(), State::default());
        let receipt = read(&device.receive(&order.sealed()).unwrap().unwrap());
        assert_answers(&receipt, &order, Outcome::Applied);
    }
}

#[test]
fn a_warning_does_not_sound_at_every_tick_while_the_disk_is_full() {
    let (mut device, car, _) = with_faulty_store(u32::MAX - 1);
    device.receive(&Order::warn(1).sealed()).unwrap_err();
    for _ in 0..20 {
        let _ = device.tick();
    }
    assert_eq!(car.look().warnings.len(), 1);
    let receipt = read(&device.receive(&Order::warn(1).sealed()).unwrap().unwrap());
    assert_answers(&receipt, &Order::warn(1), Outcome::Applied);
}

/// A car that counts how often its engine was touched while it ran.
struct Witness(SimulatedCar);

impl Car for Witness {
    fn ignition(&self) -> Ignition {
        self.0.ignition()
    }

    fn may_lock(&self) -> bool {
        self.0.may_lock()
    }

    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError> {
        assert!(
            !(inhibit && self.0.ignition() == Ignition::Running),
            "the immobiliser of a running car was set"
        );
        self.0.immobilise(inhibit)
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
        Device::start(identity(), Witness(car.clone()), MemoryStore::default(), Arc::new(clock.clone()))
            .unwrap();
    for order in
        [Order::lock(1), Order::warn(2), Order::lock(3), Order::lock(3), Order::unlock(4), Order::lock(5)]
    {
        device.receive(&order.sealed()).unwrap();
        device.tick().unwrap();
    }
    car.park();
    device.tick().unwrap();
    assert!(car.look().inhibited);
}
