//! Any sequence of commands, drives, waits and restarts, against a small model of the rules.

use latchkey_device::car::Ignition;
use latchkey_device::state::Lock;
use latchkey_protocol::{Action, Outcome};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{Order, START, World, peek};

#[derive(Clone, Debug)]
enum Deed {
    /// A command: number, action, seconds to act, seconds of lock (0: without end), issued this long ago.
    Ask(u64, Action, i64, i64, i64),
    Pass(u64),
    TurnKey,
    Park,
    Unsafe(bool),
    Restart,
}

fn deeds() -> impl Strategy<Value = Deed> {
    let action = prop_oneof![Just(Action::Warn), Just(Action::Lock), Just(Action::Unlock)];
    let lock = prop_oneof![Just(0), 1..200_i64];
    prop_oneof![
        6 => (0..12_u64, action, 0..90_i64, lock, 0..60_i64)
            .prop_map(|(seq, action, ttl, lock, ago)| Deed::Ask(seq, action, ttl, lock, ago)),
        2 => (0..100_u64).prop_map(Deed::Pass),
        1 => Just(Deed::TurnKey),
        1 => Just(Deed::Park),
        1 => any::<bool>().prop_map(Deed::Unsafe),
        1 => Just(Deed::Restart),
    ]
}

/// The rules once more, without memory, signatures or power to lose.
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
    // Signatures take their time in an unoptimised build.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_car_does_what_the_model_says(story in vec(deeds(), 1..50)) {
        let (mut world, mut model) = (World::new(), Model::default());
        let mut now = START;
        for deed in story {
            let before = world.look();
            let (running, is_unsafe) =
                (before.1.ignition == Ignition::Running, before.1.unsafe_to_lock);
            let parks = matches!(deed, Deed::Park);
            match deed {
                Deed::Ask(seq, action, ttl, lock, ago) => {
                    let issued_at = now - ago;
                    let order = Order::new(action, seq, issued_at).with(|order| {
                        order.not_after = issued_at + ttl;
                        order.lock_until = match (action, lock) {
                            (Action::Lock, 1..) => issued_at + lock,
                            _ => 0,
                        };
                    });
                    let receipt = peek(&world.send(&order.sealed()).unwrap());
                    prop_assert_eq!(receipt.outcome, model.ask(&order, now, running, is_unsafe));
                    prop_assert_eq!(receipt.seq, seq);
                }
                Deed::Pass(secs) => {
                    world.clock.pass(secs);
                    now += i64::try_from(secs).unwrap();
                }
                Deed::TurnKey => {
                    let starts = world.car.try_start();
                    prop_assert_eq!(starts, running || !before.1.inhibited);
                }
                Deed::Park => world.car.park(),
                Deed::Unsafe(is_unsafe) => world.car.pretend(|car| car.unsafe_to_lock = is_unsafe),
                Deed::Restart => world.restart(),
            }
            let car = world.car.look();
            world.tick();
            model.tick(now, car.ignition == Ignition::Running, car.unsafe_to_lock);

            let (state, car) = world.look();
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
            // Nobody but the driver switches the engine off.
            prop_assert!(!running || parks || car.ignition == Ignition::Running);
        }
    }

    /// Numbers and times from anywhere break nothing, and an older number never changes the car.
    #[test]
    fn no_command_however_strange_breaks_the_agent(
        orders in vec((any::<u64>(), 1..=3_u8, any::<(i64, i64, i64, i64)>()), 1..8),
    ) {
        let mut world = World::new();
        for (seq, action, (issued_at, not_after, lock_until, wall)) in orders {
            let order = Order::new(Action::try_from(action).unwrap(), seq, 0).with(|order| {
                (order.issued_at, order.not_after, order.lock_until) = (issued_at, not_after, lock_until);
            });
            world.clock.set(wall);
            let before = world.look();
            let receipt = peek(&world.send(&order.sealed()).unwrap());
            if before.0.last.as_ref().is_some_and(|last| last.seq > seq) {
                prop_assert_eq!(receipt.outcome, Outcome::RefusedSuperseded);
                prop_assert_eq!(world.look(), before);
            }
            prop_assert!(receipt.device_time >= issued_at || receipt.outcome == Outcome::Applied);
            world.tick();
            world.restart();
        }
    }
}
