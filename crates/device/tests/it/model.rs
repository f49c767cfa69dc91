//! Any sequence of commands, drives, waits and restarts, against a small model of the rules.

use latchkey_device::agent::SAVED_EVERY;
use latchkey_device::car::Ignition;
use latchkey_device::clock::Clock as _;
use latchkey_device::state::{Lease, Lock, State};
use latchkey_protocol::{Action, Outcome};
use latchkey_tests_cases::cases;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{Order, Rig, START, peek};

#[derive(Clone, Debug)]
enum Event {
    /// A command is sent.
    Ask {
        seq: u64,
        action: Action,
        times: Times,
    },
    /// So many seconds pass.
    Pass(u64),
    TurnKey,
    Park,
    Unsafe(bool),
    Restart,
}

/// The times of a command, seconds.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// It was issued this long ago.
    age: i64,
    /// It may take effect for this long after it was issued.
    valid_for: i64,
    /// The lock ends this long after it was issued; `None` for a lock without an end, which is refused.
    lock: Option<i64>,
}

fn events() -> impl Strategy<Value = Event> {
    let action = prop_oneof![Just(Action::Warn), Just(Action::Lock), Just(Action::Unlock)];
    let lock = prop_oneof![Just(None), (1..200_i64).prop_map(Some)];
    let times =
        (0..60_i64, 0..90_i64, lock).prop_map(|(age, valid_for, lock)| Times { age, valid_for, lock });
    prop_oneof![
        6 => (0..12_u64, action, times).prop_map(|(seq, action, times)| Event::Ask { seq, action, times }),
        2 => (0..100_u64).prop_map(Event::Pass),
        1 => Just(Event::TurnKey),
        1 => Just(Event::Park),
        1 => any::<bool>().prop_map(Event::Unsafe),
        1 => Just(Event::Restart),
    ]
}

/// The rules a second time, without memory, signatures or power cuts.
#[derive(Debug, Default)]
struct Model {
    last: Option<Known>,
    warned: Option<Known>,
    /// What was carried out before, newest first.
    earlier: Vec<Known>,
    lock: Modelled,
    warnings: usize,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    seq: u64,
    outcome: Outcome,
    lapsed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Modelled {
    #[default]
    Unlocked,
    /// Until it lapses, until it ends, and what the command says about the first.
    Armed {
        lapses: i64,
        ends: i64,
        not_after: i64,
    },
    Locked(i64),
}

impl Model {
    fn ask(&mut self, order: &Order, now: i64, running: bool, is_unsafe: bool) -> Outcome {
        let warns = order.action == Action::Warn;
        if let Some(known) = if warns { self.warned } else { self.last } {
            if order.seq < known.seq {
                return self.older(order.seq);
            }
            if order.seq == known.seq && !known.lapsed {
                if let (Modelled::Armed { ends, not_after, .. }, Action::Lock) = (self.lock, order.action)
                    && order.not_after > not_after
                    && now <= order.not_after
                {
                    let not_after = order.not_after;
                    self.lock = Modelled::Armed { lapses: not_after, ends, not_after };
                }
                return known.outcome;
            }
        }
        if warns && self.last.is_some_and(|last| order.seq < last.seq) {
            return self.older(order.seq);
        }
        if order.action != Action::Unlock && now > order.not_after {
            return Outcome::RefusedExpired;
        }
        if order.action == Action::Lock {
            if order.lock_until == 0 {
                return Outcome::RefusedTooLong;
            }
            if now >= order.lock_until {
                return Outcome::RefusedExpired;
            }
            if is_unsafe {
                return Outcome::RefusedUnsafe;
            }
        }
        self.obey(order, running)
    }

    fn obey(&mut self, order: &Order, running: bool) -> Outcome {
        let waits = matches!(self.lock, Modelled::Armed { .. });
        let (lock, outcome) = match (order.action, self.lock) {
            (Action::Warn, lock) => {
                self.warnings += 1;
                (lock, Outcome::Applied)
            }
            (Action::Unlock, _) => (Modelled::Unlocked, Outcome::Applied),
            (Action::Lock, Modelled::Unlocked | Modelled::Armed { .. }) if running => {
                let (not_after, ends) = (order.not_after, order.lock_until);
                (Modelled::Armed { lapses: not_after, ends, not_after }, Outcome::Armed)
            }
            (Action::Lock, _) => (Modelled::Locked(order.lock_until), Outcome::Applied),
        };
        self.lock = lock;
        let known = Known { seq: order.seq, outcome, lapsed: false };
        let line = if order.action == Action::Warn { &mut self.warned } else { &mut self.last };
        let replaced = line.replace(known);
        let keeps = order.action == Action::Warn || !waits;
        self.earlier.splice(0..0, replaced.filter(|replaced| keeps && !replaced.lapsed));
        self.earlier.truncate(16);
        outcome
    }

    fn older(&self, seq: u64) -> Outcome {
        let known = self.earlier.iter().chain(&self.last).chain(&self.warned);
        known
            .into_iter()
            .find(|known| known.seq == seq && !known.lapsed)
            .map_or(Outcome::RefusedSuperseded, |known| known.outcome)
    }

    /// The agent starts again. So many seconds of an interval between saves are taken to have passed.
    fn restart(&mut self, shorter: i64, now: i64) {
        match &mut self.lock {
            Modelled::Unlocked => {}
            Modelled::Armed { lapses, ends, .. } => {
                *lapses -= shorter;
                *ends -= shorter;
            }
            Modelled::Locked(ends) => {
                *ends -= shorter;
                if now >= *ends {
                    self.lock = Modelled::Unlocked;
                }
            }
        }
    }

    fn tick(&mut self, now: i64, running: bool, is_unsafe: bool) {
        match self.lock {
            Modelled::Locked(ends) if now >= ends => self.lock = Modelled::Unlocked,
            Modelled::Armed { lapses, ends, .. } if now > lapses || now >= ends => {
                self.lock = Modelled::Unlocked;
                let outcome = Outcome::RefusedExpired;
                self.last = self.last.map(|last| Known { outcome, lapsed: true, ..last });
            }
            Modelled::Armed { ends, .. } if !running && !is_unsafe => {
                self.lock = Modelled::Locked(ends);
                self.last = self.last.map(|last| Known { outcome: Outcome::Applied, ..last });
            }
            _ => {}
        }
    }
}

proptest! {
    // Few in a normal run: signatures are slow in an unoptimised build.
    #![proptest_config(ProptestConfig::with_cases(cases(40)))]

    #[test]
    fn the_car_does_what_the_model_says(story in vec(events(), 1..50)) {
        let (mut rig, mut model) = (Rig::new(), Model::default());
        let mut now = START;
        for event in story {
            let before = rig.look();
            let (running, is_unsafe) =
                (before.1.ignition == Ignition::Running, before.1.unsafe_to_lock);
            let parks = matches!(event, Event::Park);
            match event {
                Event::Ask { seq, action, times: Times { age, valid_for, lock } } => {
                    let issued_at = now - age;
                    let order = Order::new(action, seq, issued_at).with(|order| {
                        order.not_after = issued_at + valid_for;
                        order.lock_until = match (action, lock) {
                            (Action::Lock, Some(lock)) => issued_at + lock,
                            _ => 0,
                        };
                    });
                    let receipt = peek(&rig.send(&order.sealed()).unwrap());
                    prop_assert_eq!(receipt.outcome, model.ask(&order, now, running, is_unsafe));
                    prop_assert_eq!(receipt.seq, seq);
                }
                Event::Pass(secs) => {
                    rig.clock.pass(secs);
                    now += i64::try_from(secs).unwrap();
                }
                Event::TurnKey => {
                    let starts = rig.car.try_start();
                    prop_assert_eq!(starts, running || !before.1.inhibited);
                }
                Event::Park => rig.car.park(),
                Event::Unsafe(is_unsafe) => rig.car.pretend(|car| car.unsafe_to_lock = is_unsafe),
                Event::Restart => {
                    let passed = rig.clock.now().elapsed - before.0.mark.elapsed;
                    model.restart(i64::try_from(SAVED_EVERY.saturating_sub(passed)).unwrap(), now);
                    rig.restart();
                }
            }
            let car = rig.car.look();
            rig.tick();
            model.tick(now, car.ignition == Ignition::Running, car.unsafe_to_lock);

            let (durable, car) = rig.look();
            let numbers = |state: &State| {
                [&state.last, &state.warned].map(|newest| newest.as_ref().map(|newest| newest.seq))
            };
            for (kept, before) in numbers(&durable).iter().zip(numbers(&before.0)) {
                prop_assert!(*kept >= before, "a number was forgotten");
            }
            let known = [model.last, model.warned].map(|known| known.map(|known| known.seq));
            prop_assert_eq!(numbers(&durable), known);
            let end = |lease: Lease| now.saturating_add_unsigned(lease.remaining);
            let lock = match rig.device.state().lock {
                Lock::Unlocked => Modelled::Unlocked,
                Lock::Armed { lease, window } => Modelled::Armed {
                    lapses: end(window) - 1,
                    ends: end(lease),
                    not_after: window.until - 1,
                },
                Lock::Locked(lease) => Modelled::Locked(end(lease)),
            };
            prop_assert_eq!(lock, model.lock);
            prop_assert_eq!(car.inhibited, matches!(lock, Modelled::Locked(_)));
            prop_assert_eq!(car.warnings.len(), model.warnings);
            // Only the driver stops the engine.
            prop_assert!(!running || parks || car.ignition == Ignition::Running);
        }
    }

    /// Numbers and times from anywhere break nothing, and an older number never changes the car.
    #[test]
    fn no_command_however_strange_breaks_the_agent(
        orders in vec((any::<u64>(), 1..=3_u8, any::<(i64, i64, i64, i64)>()), 1..8),
    ) {
        let mut rig = Rig::new();
        for (seq, action, (issued_at, not_after, lock_until, wall)) in orders {
            let order = Order::new(Action::try_from(action).unwrap(), seq, 0).with(|order| {
                (order.issued_at, order.not_after, order.lock_until) = (issued_at, not_after, lock_until);
            });
            rig.clock.set_wall(wall);
            let before = rig.look();
            let receipt = peek(&rig.send(&order.sealed()).unwrap());
            if action == 2 && before.0.last.as_ref().is_some_and(|last| last.seq > seq) {
                prop_assert_eq!(receipt.outcome, Outcome::RefusedSuperseded);
                prop_assert_eq!(rig.look(), before);
            }
            prop_assert!(action != 3 || !rig.car.look().inhibited || receipt.outcome != Outcome::Applied);
            rig.tick();
            rig.restart();
        }
    }
}
