//! Any sequence of commands, drives, waits and restarts, against a small model of the rules.

use latchkey_device::car::Ignition;
use latchkey_device::state::Lock;
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
    /// The lock ends this long after it was issued; `None` for a lock without an end.
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
    last: Option<(u64, Outcome)>,
    lock: Modelled,
    warnings: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Modelled {
    #[default]
    Unlocked,
    /// Until it lapses, and until it ends.
    Armed(i64, i64),
    Locked(i64),
}

impl Model {
    fn ask(&mut self, order: &Order, now: i64, running: bool, is_unsafe: bool) -> Outcome {
        if let Some((seq, outcome)) = self.last {
            if order.seq < seq {
                return Outcome::RefusedSuperseded;
            }
            if order.seq == seq && outcome != Outcome::RefusedExpired {
                if let (Modelled::Armed(lapses, ends), Action::Lock, true) =
                    (self.lock, order.action, now <= order.not_after)
                {
                    self.lock = Modelled::Armed(lapses.max(order.not_after), ends);
                }
                return outcome;
            }
        }
        let ends = if order.lock_until == 0 { i64::MAX } else { order.lock_until };
        if now > order.not_after || (order.action == Action::Lock && now >= ends) {
            return Outcome::RefusedExpired;
        }
        if order.action == Action::Lock && is_unsafe {
            return Outcome::RefusedUnsafe;
        }
        let outcome = match (order.action, self.lock) {
            (Action::Warn, lock) => {
                self.warnings += 1;
                self.lock = if matches!(lock, Modelled::Armed(..)) { Modelled::Unlocked } else { lock };
                Outcome::Applied
            }
            (Action::Unlock, _) => {
                self.lock = Modelled::Unlocked;
                Outcome::Applied
            }
            (Action::Lock, Modelled::Unlocked | Modelled::Armed(..)) if running => {
                self.lock = Modelled::Armed(order.not_after, ends);
                Outcome::Armed
            }
            (Action::Lock, _) => {
                self.lock = Modelled::Locked(ends);
                Outcome::Applied
            }
        };
        self.last = Some((order.seq, outcome));
        outcome
    }

    fn tick(&mut self, now: i64, running: bool, is_unsafe: bool) {
        match self.lock {
            Modelled::Locked(ends) if now >= ends => self.lock = Modelled::Unlocked,
            Modelled::Armed(lapses, ends) if now > lapses || now >= ends => {
                self.lock = Modelled::Unlocked;
                self.last = self.last.map(|(seq, _)| (seq, Outcome::RefusedExpired));
            }
            Modelled::Armed(_, ends) if !running && !is_unsafe => {
                self.lock = Modelled::Locked(ends);
                self.last = self.last.map(|(seq, _)| (seq, Outcome::Applied));
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
                Event::Restart => rig.restart(),
            }
            let car = rig.car.look();
            rig.tick();
            model.tick(now, car.ignition == Ignition::Running, car.unsafe_to_lock);

            let (state, car) = rig.look();
            let number = |state: &latchkey_device::state::State| state.last.as_ref().map(|last| last.seq);
            prop_assert!(number(&state) >= number(&before.0), "a number was forgotten");
            prop_assert_eq!(number(&state), model.last.map(|(seq, _)| seq));
            let lock = match state.lock {
                Lock::Unlocked => Modelled::Unlocked,
                Lock::Armed { lease, window } => {
                    Modelled::Armed(window.until.unwrap() - 1, lease.until.unwrap_or(i64::MAX))
                }
                Lock::Locked(lease) => Modelled::Locked(lease.until.unwrap_or(i64::MAX)),
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
            rig.clock.set(wall);
            let before = rig.look();
            let receipt = peek(&rig.send(&order.sealed()).unwrap());
            if before.0.last.as_ref().is_some_and(|last| last.seq > seq) {
                prop_assert_eq!(receipt.outcome, Outcome::RefusedSuperseded);
                prop_assert_eq!(rig.look(), before);
            }
            prop_assert!(receipt.device_time >= issued_at || receipt.outcome == Outcome::Applied);
            rig.tick();
            rig.restart();
        }
    }
}
