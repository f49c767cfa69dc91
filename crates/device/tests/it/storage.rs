//! Every operation of the file system fails in every way, at every moment of a car's life. Whatever fails, no car is
//! locked that should not be, and no number is forgotten that could be used against its driver.

use std::collections::BTreeMap;
use std::sync::Arc;

use latchkey_device::car::SimulatedCar;
use latchkey_device::device::{Device, Report};
use latchkey_device::store::DiskStore;
use latchkey_protocol::{Action, Outcome};
use latchkey_tests_cases::cases;

use crate::common::{Order, TestClock, identity, peek};
use crate::disks::{Failure, Fault, FaultyDisk, Operation};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

const FAILURES: [(&str, Failure); 8] = [
    ("EIO", Failure::Error(EIO)),
    ("ENOSPC", Failure::Error(ENOSPC)),
    ("EROFS", Failure::Error(EROFS)),
    ("half, EIO", Failure::Half(EIO)),
    ("half, ENOSPC", Failure::Half(ENOSPC)),
    ("cut before", Failure::CutBefore),
    ("torn", Failure::CutWithin),
    ("cut after", Failure::CutAfter),
];

/// Steps of a car's life, in each of which every operation fails once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Boot,
    Warn,
    Lock,
    /// A minute passes, so that the shorter lease is saved.
    Save,
    Renew,
    Unlock,
    /// The lock's own end.
    End,
}

/// A lock that ends by an unlock, and one that ends by itself, with a reboot in each.
const LIFE: [Step; 12] = [
    Step::Boot,
    Step::Warn,
    Step::Lock,
    Step::Save,
    Step::Boot,
    Step::Renew,
    Step::Unlock,
    Step::Boot,
    Step::Lock,
    Step::Save,
    Step::End,
    Step::Boot,
];

/// The steps that differ in what they write.
const FAILING: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 10];

/// A car, and what its driver may expect of it.
struct Life {
    disk: FaultyDisk,
    car: SimulatedCar,
    clock: TestClock,
    device: Option<Device<SimulatedCar, DiskStore<FaultyDisk>>>,
    seq: u64,
    /// Whether the newest command that the car said it obeyed, or the passing of time, left it unlocked.
    must_start: bool,
    /// The newest lock that was asked for.
    asked: Option<Order>,
    /// One that was undone since, to be sent again by somebody who kept it.
    undone: Option<Order>,
}

impl Life {
    fn new() -> Self {
        Self {
            disk: FaultyDisk::provisioned(),
            car: SimulatedCar::new(),
            clock: TestClock::new(),
            device: None,
            seq: 0,
            must_start: true,
            asked: None,
            undone: None,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Boot => self.boot(),
            Step::Warn => self.order(Action::Warn, Outcome::Applied),
            Step::Lock | Step::Renew => self.order(Action::Lock, Outcome::Applied),
            Step::Unlock => self.order(Action::Unlock, Outcome::Applied),
            Step::Save => {
                self.clock.pass(61);
                self.tick();
            }
            Step::End => {
                self.clock.pass(3_600);
                self.is_over();
                self.tick();
            }
        }
        if !self.disk.has_power() {
            // What was under way when the power went was never answered.
            self.disk.power_cycle();
            self.boot();
        }
    }

    fn boot(&mut self) {
        // The immobiliser lets the car start while there is no power.
        self.car.pretend(|car| car.inhibited = false);
        self.clock.pass(5);
        let clock = Arc::new(self.clock.clone());
        let device = Device::start(identity(), self.car.clone(), self.disk.store(), clock);
        self.device = Some(device);
        if !self.disk.has_power() {
            self.disk.power_cycle();
            self.boot();
        }
    }

    fn reboot(&mut self) {
        self.disk.power_cycle();
        self.boot();
    }

    fn tick(&mut self) {
        let report = self.device.as_mut().unwrap().tick();
        self.hear(&report);
    }

    fn order(&mut self, action: Action, wanted: Outcome) {
        use latchkey_device::clock::Clock as _;
        self.seq += 1;
        let order = Order::new(action, self.seq, self.clock.now().network.unwrap());
        let report = self.device.as_mut().unwrap().receive(&order.sealed());
        // An unlock is done before anything is written.
        if action == Action::Unlock {
            assert!(!self.car.look().inhibited, "an unlock waited for the disk");
        }
        if self.disk.has_power() {
            let outcome = peek(report.answer.as_ref().expect("an answer")).outcome;
            let refused =
                [Action::Warn, Action::Lock].contains(&action) && outcome == Outcome::RefusedService;
            assert!(outcome == wanted || refused, "{action} was answered with {outcome:?}");
        }
        self.hear(&report);
        if action == Action::Lock {
            self.asked = Some(order);
            // Cut short, it may have been remembered, and is then done after the restart.
            self.must_start &= self.disk.has_power();
        }
    }

    /// The car has said what it did.
    fn hear(&mut self, report: &Report) {
        let Some(answer) = report.answer.as_ref().filter(|_| self.disk.has_power()) else { return };
        let receipt = peek(answer);
        match (receipt.action, receipt.outcome) {
            (Action::Lock, Outcome::Applied) => {
                assert!(self.car.look().inhibited, "it says locked and is not");
                self.must_start = false;
            }
            (Action::Unlock, Outcome::Applied) => self.is_over(),
            _ => {}
        }
    }

    /// The lock is over.
    fn is_over(&mut self) {
        self.must_start = true;
        self.undone = self.asked.take().or(self.undone.take());
    }

    /// What must hold at any moment.
    fn check(&mut self, when: &str) {
        let inhibited = self.car.look().inhibited;
        assert!(!(inhibited && self.must_start), "{when}: locked, and should start");
    }

    /// That a lock which was undone does nothing when it comes again.
    fn replay(&mut self, when: &str) {
        if let Some(undone) = self.undone.clone().filter(|_| self.must_start) {
            let report = self.device.as_mut().unwrap().receive(&undone.sealed());
            let outcome = report.answer.as_ref().map(|answer| peek(answer).outcome);
            assert!(!self.car.look().inhibited, "{when}: a lock that was undone came back ({outcome:?})");
        }
    }
}

/// Lives a life in which the operation of this number in a step of it fails. Returns what that operation was, or `None`
/// if the step has fewer.
fn live(failing: usize, operation: usize, failure: Failure) -> Option<Operation> {
    let mut life = Life::new();
    let mut failed = None;
    // Three more steps, with a reboot among them, show what it left behind.
    for (number, step) in LIFE.into_iter().enumerate().take(failing + 4) {
        let before = life.disk.log().len();
        if number == failing {
            life.disk.fail_at(operation, failure);
        }
        life.step(step);
        let when = format!("step {number}, {step:?}, with {failure:?} at {operation} of {failing}");
        life.check(&when);
        if number == failing {
            failed = Some(life.disk.log().get(before + operation).copied()?);
            life.disk.heal();
            life.clock.pass(1);
            life.tick();
            life.check(&when);
            life.reboot();
            life.check(&when);
            life.replay(&when);
        }
    }
    failed
}

#[test]
fn a_disk_that_fails_for_good_locks_no_car_and_one_that_heals_forgets_no_number() {
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Broken] {
        let last = LIFE.len() - 1;
        for (failing, healing) in (0..=last).flat_map(|at| [at, at + 1, at + 4].map(|to| (at, to.min(last))))
        {
            let mut life = Life::new();
            // What a car does while it cannot even read its record, nothing can remember: that life ends in service.
            let unreadable = fault == Fault::Broken;
            let length = if unreadable { healing + 1 } else { healing + 3 };
            for (number, step) in LIFE.into_iter().enumerate().take(length) {
                if number == failing {
                    life.disk.fail(fault);
                }
                life.step(step);
                let when = format!("{fault:?} from step {failing} to {healing}, in {number}");
                life.check(&when);
                if number == healing {
                    life.disk.heal();
                    life.clock.pass(1);
                    life.tick();
                    if !unreadable {
                        life.reboot();
                    }
                    life.check(&when);
                    life.replay(&when);
                }
            }
        }
    }
}

#[test]
fn no_failing_operation_locks_a_car_or_forgets_a_number() {
    let deep = cases(1) > 1;
    let mut runs: BTreeMap<Operation, BTreeMap<usize, usize>> = BTreeMap::new();
    for failing in FAILING {
        for operation in 0.. {
            let tried = FAILURES.into_iter().enumerate().filter(|(column, (_, failure))| {
                // The error's number changes nothing in the agent: in a short run each operation fails with one of them.
                deep || failure.is_cut() || column % 5 == (operation + failing) % 5
            });
            let mut happened = true;
            for (column, (_, failure)) in tried {
                match live(failing, operation, failure) {
                    Some(failed) => *runs.entry(failed).or_default().entry(column).or_default() += 1,
                    None => happened = false,
                }
            }
            if !happened {
                break;
            }
        }
    }
    print(&runs);
    // Each operation has failed in each way, or in a short run in most.
    for operation in [Operation::Read, Operation::Open, Operation::Write, Operation::Sync] {
        let ways = runs[&operation].len();
        assert!(ways >= if deep { FAILURES.len() } else { 6 }, "{operation:?}: {ways} ways");
    }
}

/// Operations by faults: how many lives were lived with that fault, all to their end.
fn print(runs: &BTreeMap<Operation, BTreeMap<usize, usize>>) {
    print!("{:<10}", "");
    for (name, _) in FAILURES {
        print!("{name:>14}");
    }
    println!();
    for (operation, row) in runs {
        print!("{:<10}", format!("{operation:?}").to_lowercase());
        for column in 0..FAILURES.len() {
            print!("{:>14}", row.get(&column).copied().unwrap_or(0));
        }
        println!();
    }
    let lives: usize = runs.values().flat_map(BTreeMap::values).sum();
    println!("{lives} lives, no car locked that should start, no number forgotten");
}
