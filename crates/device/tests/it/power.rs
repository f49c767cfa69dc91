//! Power that fails at every step. Whatever the instant, after a restart and with functions that go on asking, the car
//! ends up where it would have without the cut, never forgets a number, and never promises what it has not done.

use std::sync::{Arc, Mutex};

use latchkey_device::agent::SAVED_EVERY;
use latchkey_device::agent::SignedReceipt;
use latchkey_device::car::{Car, CarError, Ignition, SimulatedCar, Simulation};
use latchkey_device::device::{Device, Report};
use latchkey_device::state::{Lease, State};
use latchkey_device::store::{MemoryStore, NoRecord, Store, StoreError};
use latchkey_protocol::{Action, Outcome};

use crate::common::{Order, START, TestClock, identity, peek};

/// When the power fails.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// Just before the step: it has no effect.
    Before(u32),
    /// Just after it: it has its effect, but the agent does not learn that.
    After(u32),
    Never,
}

/// The power supply: counts steps, and fails once.
#[derive(Clone, Debug)]
struct Power(Arc<Mutex<(u32, Cut, bool)>>);

impl Power {
    fn new(cut: Cut) -> Self {
        Self(Arc::new(Mutex::new((0, cut, true))))
    }

    /// Takes a step, if there is power. Returns whether the caller lives to see it done.
    fn step(&self, effect: impl FnOnce()) -> bool {
        let mut supply = self.0.lock().unwrap();
        let (steps, cut, on) = &mut *supply;
        if !*on {
            return false;
        }
        let number = *steps;
        *steps += 1;
        match *cut {
            Cut::Before(at) if at == number => *on = false,
            Cut::After(at) if at == number => {
                effect();
                *on = false;
            }
            _ => effect(),
        }
        *on
    }

    fn is_on(&self) -> bool {
        self.0.lock().unwrap().2
    }

    /// It comes back, and does not fail again.
    fn restore(&self) {
        let mut supply = self.0.lock().unwrap();
        (supply.1, supply.2) = (Cut::Never, true);
    }

    fn steps(&self) -> u32 {
        self.0.lock().unwrap().0
    }
}

#[derive(Clone)]
struct PoweredStore {
    inner: MemoryStore,
    power: Power,
}

impl Store for PoweredStore {
    fn load(&mut self) -> Result<State, NoRecord> {
        self.inner.load()
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        let inner = &mut self.inner;
        let saved = self.power.step(|| {
            let before = inner.load().unwrap();
            let seq = |state: &State| state.last.as_ref().map(|last| last.seq);
            assert!(seq(&before) <= seq(state), "a number was forgotten");
            inner.save(state).unwrap();
        });
        if saved {
            Ok(())
        } else {
            Err(StoreError::Io { path: "no power".into(), source: std::io::Error::other("no power") })
        }
    }
}

#[derive(Clone)]
struct PoweredCar {
    inner: SimulatedCar,
    power: Power,
}

impl Car for PoweredCar {
    fn ignition(&mut self) -> Result<Ignition, CarError> {
        self.inner.ignition()
    }

    fn speed(&mut self) -> Result<u16, CarError> {
        self.inner.speed()
    }

    fn dwell_secs(&self) -> u64 {
        self.inner.dwell_secs()
    }

    fn immobilise(&mut self, inhibit: bool) -> Result<(), CarError> {
        let inner = &mut self.inner;
        let done = self.power.step(|| inner.immobilise(inhibit).unwrap());
        if done { Ok(()) } else { Err(CarError("no power")) }
    }

    fn show(&mut self, message: &str) -> Result<(), CarError> {
        self.inner.show(message)
    }

    fn warn(&mut self, message: &str) -> Result<(), CarError> {
        let inner = &mut self.inner;
        let done = self.power.step(|| inner.warn(message).unwrap());
        if done { Ok(()) } else { Err(CarError("no power")) }
    }
}

/// What happens to the car from outside.
#[derive(Clone, Debug)]
enum Event {
    /// A function asks with this message, again and again until it is answered so.
    Ask(Vec<u8>, Outcome),
    /// Time passes to this second after the start, with a tick.
    At(u64),
    /// The driver turns the key.
    Start,
    /// The driver parks.
    Park,
}

struct Life {
    device: Option<Device<PoweredCar, PoweredStore>>,
    car: PoweredCar,
    store: PoweredStore,
    power: Power,
    clock: TestClock,
    passed: u64,
    /// Seconds after the start at which the story's lock ends by itself.
    lock_ends: u64,
    /// An immobiliser without power lets the car start.
    relay_drops: bool,
}

impl Life {
    fn new(cut: Cut, relay_drops: bool, lock_ends: u64) -> Self {
        let power = Power::new(cut);
        let mut life = Self {
            device: None,
            car: PoweredCar { inner: SimulatedCar::new(), power: power.clone() },
            store: PoweredStore { inner: MemoryStore::default(), power: power.clone() },
            power,
            clock: TestClock::new(),
            passed: 0,
            lock_ends,
            relay_drops,
        };
        life.boot();
        life
    }

    /// Starts the agent, again if the power fails while it starts.
    fn boot(&mut self) {
        loop {
            let clock = Arc::new(self.clock.clone());
            let device = Device::start(identity(), self.car.clone(), self.store.clone(), clock);
            if self.power.is_on() {
                self.device = Some(device);
                return;
            }
            self.lose_power();
        }
    }

    fn lose_power(&mut self) {
        assert!(!self.power.is_on());
        self.device = None;
        self.lock_ends = self.lock_ends.saturating_sub(SAVED_EVERY);
        if self.relay_drops {
            self.car.inner.pretend(|car| car.inhibited = false);
        }
        self.power.restore();
    }

    /// Lets the agent do something, and publishes its answer, which is a step too.
    fn act(
        &mut self,
        act: impl FnOnce(&mut Device<PoweredCar, PoweredStore>) -> Report,
    ) -> Option<SignedReceipt> {
        let report = act(self.device.as_mut().unwrap());
        if let Some(answer) = report.answer.filter(|_| self.power.is_on()) {
            let mut sent = None;
            let lived = self.power.step(|| sent = Some(answer));
            if let Some(answer) = sent {
                self.check_promise(&answer);
                if lived {
                    return Some(answer);
                }
            }
        }
        if !self.power.is_on() {
            self.lose_power();
            self.boot();
        }
        None
    }

    /// A receipt that leaves the car is true.
    fn check_promise(&self, answer: &SignedReceipt) {
        let receipt = peek(answer);
        let car = self.car.inner.look();
        let durable = self.store.inner.clone().load().unwrap();
        let newest = if receipt.action == Action::Warn { durable.warned } else { durable.last };
        let newest = newest.unwrap().seq;
        assert!(newest >= receipt.seq, "answered and not remembered");
        // A later command may have changed the car since; only the newest number's receipt speaks of now.
        if newest == receipt.seq {
            match (receipt.action, receipt.outcome) {
                (Action::Lock, Outcome::Applied) => assert!(car.inhibited || self.passed >= self.lock_ends),
                (Action::Lock, _) | (Action::Unlock, Outcome::Applied) => assert!(!car.inhibited),
                (Action::Warn, Outcome::Applied) => {
                    assert!(car.warnings.contains(&format!("message {}", receipt.seq)));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn live(&mut self, event: &Event) {
        match event {
            Event::Ask(sealed, outcome) => {
                let answer = (0..4)
                    .find_map(|_| self.act(|device| device.receive(sealed)))
                    .expect("the car answers in the end");
                assert_eq!(peek(&answer).outcome, *outcome);
            }
            Event::At(second) => {
                self.clock.pass(second - self.passed);
                self.passed = *second;
                // A tick cut short is followed by one that is not.
                for _ in 0..3 {
                    self.act(Device::tick);
                }
            }
            Event::Start => {
                self.car.inner.try_start();
            }
            Event::Park => self.car.inner.park(),
        }
    }

    /// What is left in the end. A warning may sound once more for a cut, so only which ones is compared.
    fn end(mut self) -> (State, Simulation) {
        for _ in 0..3 {
            self.act(Device::tick);
        }
        let mut car = self.car.inner.look();
        assert!(car.warnings.len() <= 2, "one cut, one repetition");
        car.warnings.dedup();
        let mut state = self.store.inner.load().unwrap();
        // Signed at another second after another restart, perhaps; what it says is compared by the events.
        for obeyed in state.last.iter_mut().chain(&mut state.warned).chain(&mut state.earlier) {
            obeyed.receipt.clear();
        }
        // A restart makes a lock shorter, by an interval that other tests measure.
        state.lock = state.lock.map(|lease| Lease { remaining: 0, ..lease });
        (state.boots, state.mark) = Default::default();
        (state, car)
    }
}

/// Runs the story without a cut, then with one at every step, before and after it, with both kinds of relay.
fn survives(lock_ends: u64, story: &[Event]) {
    let run = |cut, relay_drops| {
        let mut life = Life::new(cut, relay_drops, lock_ends);
        for event in story {
            life.live(event);
        }
        let steps = life.power.steps();
        (steps, life.end())
    };
    let (steps, whole) = run(Cut::Never, false);
    assert!(steps > 5, "a story of {steps} steps tells little");
    for at in 0..=steps {
        for relay_drops in [false, true] {
            for cut in [Cut::Before(at), Cut::After(at)] {
                let (_, end) = run(cut, relay_drops);
                assert_eq!(end, whole, "{cut:?}, relay drops: {relay_drops}");
            }
        }
    }
}

fn ask(order: &Order) -> Event {
    answered(order, Outcome::Applied)
}

fn answered(order: &Order, outcome: Outcome) -> Event {
    Event::Ask(order.sealed(), outcome)
}

#[test]
fn a_lock_and_an_unlock_survive_a_cut_at_every_step() {
    survives(
        3_600,
        &[
            ask(&Order::lock(1)),
            Event::Start,
            ask(&Order::lock(1)),
            ask(&Order::unlock(2)),
            // Its stored receipt.
            ask(&Order::lock(1)),
            ask(&Order::unlock(2)),
            Event::Start,
        ],
    );
}

#[test]
fn a_warning_survives_a_cut_at_every_step() {
    survives(3_600, &[ask(&Order::warn(1)), ask(&Order::lock(2)), ask(&Order::warn(1))]);
}

#[test]
fn a_lock_that_ends_by_itself_ends_through_a_cut_at_every_step() {
    survives(
        3_600,
        &[
            ask(&Order::lock(1)),
            Event::At(70),
            Event::At(3_599),
            Event::At(3_600),
            ask(&Order::lock(1)),
            Event::Start,
        ],
    );
}

#[test]
fn an_armed_lock_takes_hold_through_a_cut_at_every_step() {
    survives(
        3_600,
        &[
            Event::Start,
            answered(&Order::lock(1), Outcome::Armed),
            Event::At(30),
            Event::Park,
            Event::At(31),
            ask(&Order::lock(1)),
            Event::Start,
            ask(&Order::unlock(2)),
        ],
    );
}

#[test]
fn an_armed_lock_lapses_through_a_cut_at_every_step() {
    survives(
        3_600,
        &[
            Event::Start,
            answered(&Order::lock(1), Outcome::Armed),
            Event::At(61),
            Event::Park,
            Event::At(62),
            answered(&Order::lock(1), Outcome::RefusedExpired),
            ask(&Order::lock(1).with(|order| order.not_after = START + 120)),
        ],
    );
}

#[test]
fn a_longer_story_survives_a_cut_at_every_step() {
    survives(
        200,
        &[
            ask(&Order::warn(1)),
            Event::Start,
            answered(&Order::lock(2), Outcome::Armed),
            answered(&Order::lock(2).with(|order| order.not_after += 60), Outcome::Armed),
            Event::At(30),
            Event::Park,
            Event::At(31),
            ask(&Order::lock(3).with(|order| (order.not_after, order.lock_until) = (START + 99, START + 200))),
            Event::At(200),
            Event::Start,
            ask(&Order::unlock(4).with(|order| order.not_after = START + 300)),
            ask(&Order::warn(1)),
            Event::Park,
        ],
    );
}
