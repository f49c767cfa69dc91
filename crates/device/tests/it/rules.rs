//! What the car obeys, refuses and ignores.

use ed25519_dalek::SigningKey;
use latchkey_device::car::Ignition;
use latchkey_device::state::State;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, Outcome};

use crate::common::{Order, PROGRAM, START, World, assert_answers, device_key, full_key, read, warn_key};

#[test]
fn a_parked_car_locks_and_says_so() {
    let mut world = World::new();
    world.clock.pass(3);
    let receipt = world.expect(&Order::lock(1), Outcome::Applied);
    assert_eq!(receipt.device_time, START + 3);
    assert!(world.is_locked());
    assert!(!world.car.try_start());
}

#[test]
fn a_warning_sounds_once_with_its_message() {
    let mut world = World::new();
    world.expect(&Order::warn(1), Outcome::Applied);
    world.tick();
    world.restart();
    world.tick();
    assert_eq!(world.car.look().warnings, ["message 1"]);
}

#[test]
fn what_is_not_a_command_for_this_car_from_a_key_it_trusts_does_nothing_and_is_not_answered() {
    let mut world = World::new();
    world.expect(&Order::lock(5), Outcome::Applied);
    let before = world.look();

    let good = Order::unlock(6);
    let mut tampered = good.sealed();
    *tampered.last_mut().unwrap() ^= 1;
    let mut other_signer = good.sealed();
    other_signer[..32].copy_from_slice(&warn_key().verifying_key().to_bytes());
    let stored = before.0.last.clone().unwrap().receipt;
    let enrolment = Enrolment { program: PROGRAM, lender: [1; 32], vin_commitment: [2; 32] };
    let ignored = [
        ("nothing", vec![]),
        ("noise", vec![0x5a; 300]),
        ("an unsigned command", good.bytes()),
        ("a signature that is none", [&[7; 96][..], &good.bytes()].concat()),
        ("a changed command", tampered),
        ("another signer's name", other_signer),
        ("a command cut short", good.sealed()[..good.sealed().len() - 1].to_vec()),
        ("a stranger's command", good.clone().with(|o| o.key = SigningKey::from_bytes(&[9; 32])).sealed()),
        ("the car's own key", good.clone().with(|o| o.key = device_key()).sealed()),
        ("an unlock with the key for warnings", good.clone().with(|o| o.key = warn_key()).sealed()),
        ("a lock with the key for warnings", Order::lock(6).with(|o| o.key = warn_key()).sealed()),
        ("a command for another program", good.clone().with(|o| o.program = [1; 32]).sealed()),
        ("a command for another car", good.clone().with(|o| o.vehicle = [1; 32]).sealed()),
        ("another invocation's number", Order::unlock(5).with(|o| o.invocation = [1; 32]).sealed()),
        ("the car's own receipt", stored.clone()),
        ("a receipt by a command key", Envelope::seal(&full_key(), &stored[96..]).to_bytes()),
        ("an enrolment by a command key", Envelope::seal(&full_key(), &enrolment.encode()).to_bytes()),
    ];
    for (what, message) in ignored {
        assert_eq!(world.send(&message), None, "{what}");
        assert_eq!(world.look(), before, "{what}");
    }
    world.expect(&good, Outcome::Applied);
}

#[test]
fn the_key_for_warnings_may_warn() {
    let mut world = World::new();
    world.expect(&Order::warn(1).with(|order| order.key = warn_key()), Outcome::Applied);
}

#[test]
fn a_command_is_obeyed_until_its_last_second_and_refused_after_it() {
    for action in [Action::Warn, Action::Lock, Action::Unlock] {
        for (late, outcome) in [(-1, Outcome::Applied), (0, Outcome::Applied), (1, Outcome::RefusedExpired)] {
            let mut world = World::new();
            let order = Order::new(action, 1, START);
            world.clock.set(order.not_after + late);
            let before = world.look();
            let receipt = world.expect(&order, outcome);
            assert_eq!(receipt.device_time, order.not_after + late);
            assert_eq!(world.look() == before, outcome != Outcome::Applied, "{action:?} {late}");
        }
    }
}

#[test]
fn an_expired_command_uses_up_nothing() {
    let mut world = World::new();
    world.clock.set(START + 61);
    world.expect(&Order::lock(1), Outcome::RefusedExpired);
    assert_eq!(world.look().0, State::default());
    world.expect(&Order::lock(1).with(|order| order.not_after = START + 61), Outcome::Applied);
}

#[test]
fn a_lock_that_would_be_over_is_refused() {
    for (late, outcome) in
        [(-1, Outcome::Applied), (0, Outcome::RefusedExpired), (1, Outcome::RefusedExpired)]
    {
        let mut world = World::new();
        let order = Order::lock(1).with(|order| order.lock_until = START + 30);
        world.clock.set(order.lock_until + late);
        world.expect(&order, outcome);
        assert_eq!(world.is_locked(), outcome == Outcome::Applied);
    }
}

#[test]
fn a_command_that_was_over_before_it_was_issued_is_refused_by_a_car_whose_clock_is_behind() {
    let mut world = World::new();
    world.clock.set(0);
    let late = Order::unlock(1).with(|order| order.not_after = order.issued_at - 1);
    world.expect(&late, Outcome::RefusedExpired);
    let over = Order::lock(1).with(|order| order.lock_until = order.issued_at);
    let receipt = world.expect(&over, Outcome::RefusedExpired);
    assert_eq!(receipt.device_time, START);
    assert!(!world.is_locked());
}

#[test]
fn a_lock_ends_by_itself_in_its_second() {
    let mut world = World::new();
    let order = Order::lock(1);
    world.expect(&order, Outcome::Applied);
    for (late, locked) in [(-1, true), (0, false), (1, false)] {
        world.clock.set(order.lock_until + late);
        world.tick();
        assert_eq!(world.is_locked(), locked, "{late}");
    }
    assert!(world.car.try_start());
}

#[test]
fn a_lock_ends_while_the_agent_is_off() {
    let mut world = World::new();
    let order = Order::lock(1);
    world.expect(&order, Outcome::Applied);
    world.clock.set(order.lock_until);
    world.restart();
    world.tick();
    assert!(!world.is_locked());
}

#[test]
fn a_clock_set_back_does_not_make_a_lock_longer() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    for passed in [3_599, 3_600] {
        world.clock.pass(if passed == 3_599 { 3_599 } else { 1 });
        world.clock.set(START - 1_000_000);
        world.tick();
        assert_eq!(world.is_locked(), passed == 3_599);
    }
}

#[test]
fn a_clock_set_back_and_restarts_give_a_lock_no_more_than_a_minute_each() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    let mut ticked = 0;
    while world.is_locked() {
        world.clock.pass(1);
        world.clock.set(START);
        world.tick();
        ticked += 1;
        if ticked % 600 == 0 {
            world.restart();
        }
        assert!(ticked <= 3_600 + 6 * 60, "the lock has become longer");
    }
    assert!(ticked >= 3_600);
}

#[test]
fn commands_between_ticks_take_no_time_off_the_count() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    for seq in 2..=7 {
        world.clock.pass(600);
        world.clock.set(START);
        if seq % 2 == 0 {
            world.expect(&Order::warn(seq), Outcome::Applied);
        } else {
            world.expect(&Order::warn(1), Outcome::RefusedSuperseded);
        }
    }
    world.tick();
    assert!(!world.is_locked());
}

#[test]
fn a_lock_without_an_end_lasts_until_the_unlock() {
    let mut world = World::new();
    world.expect(&Order::lock(1).with(|order| order.lock_until = 0), Outcome::Applied);
    world.clock.pass(3_650 * 86_400);
    world.tick();
    assert!(world.is_locked());
    let now = START + 3_650 * 86_400;
    world.expect(&Order::new(Action::Unlock, 2, now), Outcome::Applied);
    assert!(!world.is_locked());
}

#[test]
fn the_same_number_is_answered_with_the_same_bytes_however_late_and_does_nothing_more() {
    let mut world = World::new();
    for order in [Order::lock(1), Order::warn(2), Order::unlock(3)] {
        let sealed = order.sealed();
        let first = world.send(&sealed).unwrap();
        let before = world.look();
        assert_eq!(world.send(&sealed).unwrap(), first);
        world.clock.pass(1_000);
        assert_eq!(world.send(&sealed).unwrap(), first);
        world.restart();
        assert_eq!(world.send(&sealed).unwrap(), first);
        // The next keeper's command for the same invocation has other bytes.
        let again = order.clone().with(|order| order.not_after += 5_000);
        assert_eq!(world.send(&again.sealed()).unwrap(), first);
        assert_eq!(world.look(), before);
        world.clock.set(START);
    }
    assert_eq!(world.car.look().warnings.len(), 1);
}

#[test]
fn an_older_number_is_refused_with_a_signature_and_changes_nothing() {
    let mut world = World::new();
    world.expect(&Order::unlock(7), Outcome::Applied);
    let before = world.look();
    for seq in [0, 1, 6] {
        world.expect(&Order::lock(seq), Outcome::RefusedSuperseded);
        world.restart();
        world.expect(&Order::lock(seq), Outcome::RefusedSuperseded);
    }
    assert_eq!(world.look(), before);
}

#[test]
fn numbers_may_skip_and_end_at_the_highest() {
    let mut world = World::new();
    world.expect(&Order::lock(0), Outcome::Applied);
    world.expect(&Order::unlock(1 << 40), Outcome::Applied);
    world.expect(&Order::lock(u64::MAX), Outcome::Applied);
    world.expect(&Order::unlock(u64::MAX - 1), Outcome::RefusedSuperseded);
    assert!(world.is_locked());
}

#[test]
fn a_running_car_is_armed_and_locks_when_it_parks() {
    let mut world = World::new();
    assert!(world.car.try_start());
    let order = Order::lock(1);
    world.expect(&order, Outcome::Armed);
    assert_eq!(world.tick(), None);
    assert_eq!(world.car.look().ignition, Ignition::Running);
    assert!(!world.is_locked());

    world.clock.pass(20);
    world.car.park();
    let receipt = world.tick().expect("the receipt of the lock");
    assert_answers(&receipt, &order, Outcome::Applied);
    assert_eq!(receipt.device_time, START + 20);
    assert!(world.is_locked());
    assert!(!world.car.try_start());
    assert_eq!(world.order(&order), receipt);
}

#[test]
fn an_armed_lock_survives_a_restart() {
    let mut world = World::new();
    world.car.try_start();
    world.expect(&Order::lock(1), Outcome::Armed);
    world.restart();
    assert_eq!(world.tick(), None);
    world.expect(&Order::lock(1), Outcome::Armed);
    world.car.park();
    assert_answers(&world.tick().unwrap(), &Order::lock(1), Outcome::Applied);
}

#[test]
fn an_armed_lock_takes_hold_in_the_last_second_of_its_command_and_never_after() {
    for (late, locks) in [(-1, true), (0, true), (1, false)] {
        let mut world = World::new();
        world.car.try_start();
        let order = Order::lock(1);
        world.expect(&order, Outcome::Armed);
        world.car.park();
        world.clock.set(order.not_after + late);
        let outcome = if locks { Outcome::Applied } else { Outcome::RefusedExpired };
        assert_answers(&world.tick().unwrap(), &order, outcome);
        assert_eq!(world.is_locked(), locks);
        world.expect(&order, outcome);
    }
}

#[test]
fn a_clock_set_back_does_not_keep_a_lock_armed() {
    let mut world = World::new();
    world.car.try_start();
    world.expect(&Order::lock(1), Outcome::Armed);
    world.clock.pass(61);
    world.clock.set(START);
    assert_answers(&world.tick().unwrap(), &Order::lock(1), Outcome::RefusedExpired);
    world.car.park();
    world.tick();
    assert!(!world.is_locked());
}

#[test]
fn the_next_lease_of_an_invocation_keeps_its_lock_armed() {
    let mut world = World::new();
    world.car.try_start();
    let first = Order::lock(1);
    let armed = world.send(&first.sealed()).unwrap();
    let next = first.clone().with(|order| order.not_after += 60);
    world.clock.pass(60);
    assert_eq!(world.send(&next.sealed()).unwrap(), armed);
    // An older copy takes nothing back.
    assert_eq!(world.send(&first.sealed()).unwrap(), armed);
    world.clock.pass(60);
    world.restart();
    world.car.park();
    assert_answers(&world.tick().unwrap(), &first, Outcome::Applied);
}

#[test]
fn a_lock_that_lapsed_before_the_car_parked_may_be_asked_again_under_its_number() {
    let mut world = World::new();
    world.car.try_start();
    world.expect(&Order::lock(3), Outcome::Armed);
    world.clock.pass(61);
    assert_answers(&world.tick().unwrap(), &Order::lock(3), Outcome::RefusedExpired);
    world.restart();
    world.expect(&Order::lock(2), Outcome::RefusedSuperseded);
    world.expect(&Order::lock(3), Outcome::RefusedExpired);
    let foreign = Order::lock(3).with(|order| (order.invocation, order.not_after) = ([1; 32], START + 999));
    assert_eq!(world.send(&foreign.sealed()), None);

    let again = Order::lock(3).with(|order| order.not_after = START + 100);
    world.expect(&again, Outcome::Armed);
    world.car.park();
    assert_answers(&world.tick().unwrap(), &again, Outcome::Applied);
    assert!(world.is_locked());
}

#[test]
fn an_armed_lock_waits_while_locking_would_be_unsafe() {
    let mut world = World::new();
    world.car.try_start();
    world.expect(&Order::lock(1), Outcome::Armed);
    world.car.park();
    world.car.pretend(|car| car.unsafe_to_lock = true);
    assert_eq!(world.tick(), None);
    assert!(!world.is_locked());
    world.car.pretend(|car| car.unsafe_to_lock = false);
    assert_answers(&world.tick().unwrap(), &Order::lock(1), Outcome::Applied);
}

#[test]
fn a_newer_command_supersedes_an_armed_lock_and_its_receipt_stays_true() {
    for newer in [Order::warn(2), Order::unlock(2)] {
        let mut world = World::new();
        world.car.try_start();
        world.expect(&Order::lock(1), Outcome::Armed);
        world.expect(&newer, Outcome::Applied);
        world.expect(&Order::lock(1), Outcome::RefusedSuperseded);
        world.car.park();
        assert_eq!(world.tick(), None);
        assert!(!world.is_locked());
        assert!(world.car.try_start());
    }
}

#[test]
fn a_warning_leaves_a_standing_lock_as_it_is() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    let lock = world.look().0.lock;
    world.expect(&Order::warn(2), Outcome::Applied);
    assert_eq!(world.look().0.lock, lock);
    assert!(world.is_locked());
}

#[test]
fn a_renewed_lock_lasts_until_its_new_end() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    world.clock.pass(3_000);
    world.expect(&Order::new(Action::Lock, 2, START + 3_000), Outcome::Applied);
    world.clock.pass(3_599);
    world.tick();
    assert!(world.is_locked());
    world.clock.pass(1);
    world.tick();
    assert!(!world.is_locked());
}

#[test]
fn a_standing_lock_is_renewed_on_a_car_that_runs_and_the_car_runs_on() {
    let mut world = World::new();
    world.expect(&Order::lock(1), Outcome::Applied);
    world.car.pretend(|car| car.ignition = Ignition::Running);
    world.expect(&Order::lock(2), Outcome::Applied);
    assert_eq!(world.car.look().ignition, Ignition::Running);
    assert!(world.is_locked());
}

#[test]
fn an_unlock_is_done_at_once_parked_or_running_safe_or_not() {
    for ignition in [Ignition::Parked, Ignition::Running] {
        let mut world = World::new();
        world.expect(&Order::lock(1), Outcome::Applied);
        world.car.pretend(|car| (car.ignition, car.unsafe_to_lock) = (ignition, true));
        world.expect(&Order::unlock(2), Outcome::Applied);
        assert!(!world.is_locked());
    }
}

#[test]
fn an_unsafe_lock_is_refused_and_may_be_asked_again() {
    let mut world = World::new();
    world.car.pretend(|car| car.unsafe_to_lock = true);
    let before = world.look();
    world.expect(&Order::lock(1), Outcome::RefusedUnsafe);
    assert_eq!(world.look(), before);
    world.expect(&Order::warn(1), Outcome::Applied);
    world.expect(&Order::lock(2), Outcome::RefusedUnsafe);
    world.car.pretend(|car| car.unsafe_to_lock = false);
    world.expect(&Order::lock(2), Outcome::Applied);
}

#[test]
fn a_signed_command_proves_the_time_to_a_car_whose_clock_was_reset() {
    let mut world = World::new();
    world.clock.set(START + 500);
    world.expect(&Order::new(Action::Warn, 1, START + 500), Outcome::Applied);
    world.clock.set(0);
    world.restart();
    // Expired by the proven time, though the wall clock says 1970.
    world.expect(&Order::lock(2), Outcome::RefusedExpired);
    let receipt = world.expect(&Order::new(Action::Lock, 2, START + 400), Outcome::RefusedExpired);
    assert_eq!(receipt.device_time, START + 500);
    world.expect(&Order::new(Action::Lock, 2, START + 450), Outcome::Applied);
}

#[test]
fn a_refused_command_proves_no_time() {
    let mut world = World::new();
    let future = Order::new(Action::Lock, 1, START + 1_000_000);
    world.car.pretend(|car| car.unsafe_to_lock = true);
    world.expect(&future, Outcome::RefusedUnsafe);
    world.expect(&Order::unlock(2), Outcome::Applied);
}

#[test]
fn a_lost_connection_or_a_long_silence_never_locks() {
    let mut world = World::new();
    world.expect(&Order::unlock(1), Outcome::Applied);
    for _ in 0..1_000 {
        world.clock.pass(86_400);
        assert_eq!(world.tick(), None);
    }
    assert!(!world.is_locked());
}

#[test]
fn the_latest_receipt_is_at_hand_for_every_new_connection() {
    let mut world = World::new();
    assert_eq!(world.device.latest(), None);
    let answer = world.send(&Order::lock(1).sealed()).unwrap();
    assert_eq!(world.device.latest(), Some(answer.clone()));
    world.restart();
    assert_eq!(world.device.latest(), Some(answer));
    world.car.pretend(|car| car.broken = true);
    world.device.receive(&Order::unlock(2).sealed()).unwrap_err();
    assert_eq!(world.device.latest(), None);
    world.car.pretend(|car| car.broken = false);
    world.tick();
    assert_eq!(read(&world.device.latest().unwrap()).outcome, Outcome::Applied);
}
