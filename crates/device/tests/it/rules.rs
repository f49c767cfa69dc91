//! What the car obeys, refuses and ignores.

use ed25519_dalek::SigningKey;
use latchkey_device::car::Ignition;
use latchkey_device::state::State;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, Outcome};

use crate::common::{Order, PROGRAM, Rig, START, assert_answers, device_key, full_key, read, warn_key};

#[test]
fn a_parked_car_locks_and_says_so() {
    let mut rig = Rig::new();
    rig.clock.pass(3);
    let receipt = rig.expect(&Order::lock(1), Outcome::Applied);
    assert_eq!(receipt.device_time, START + 3);
    assert!(rig.is_locked());
    assert!(!rig.car.try_start());
}

#[test]
fn a_warning_sounds_once_with_its_message() {
    let mut rig = Rig::new();
    rig.expect(&Order::warn(1), Outcome::Applied);
    rig.tick();
    rig.restart();
    rig.tick();
    assert_eq!(rig.car.look().warnings, ["message 1"]);
}

#[test]
fn what_is_not_a_command_for_this_car_from_a_key_it_trusts_does_nothing_and_is_not_answered() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(5), Outcome::Applied);
    let before = rig.look();

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
        ("a forged signature", [&[7; 96][..], &good.bytes()].concat()),
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
        assert_eq!(rig.send(&message), None, "{what}");
        assert_eq!(rig.look(), before, "{what}");
    }
    rig.expect(&good, Outcome::Applied);
}

#[test]
fn the_key_for_warnings_may_warn() {
    let mut rig = Rig::new();
    rig.expect(&Order::warn(1).with(|order| order.key = warn_key()), Outcome::Applied);
}

#[test]
fn a_command_is_obeyed_until_its_last_second_and_refused_after_it() {
    for action in [Action::Warn, Action::Lock, Action::Unlock] {
        for (late, outcome) in [(-1, Outcome::Applied), (0, Outcome::Applied), (1, Outcome::RefusedExpired)] {
            let mut rig = Rig::new();
            let order = Order::new(action, 1, START);
            rig.clock.set(order.not_after + late);
            let before = rig.look();
            let receipt = rig.expect(&order, outcome);
            assert_eq!(receipt.device_time, order.not_after + late);
            assert_eq!(rig.look() == before, outcome != Outcome::Applied, "{action:?} {late}");
        }
    }
}

#[test]
fn an_expired_command_uses_up_nothing() {
    let mut rig = Rig::new();
    rig.clock.set(START + 61);
    rig.expect(&Order::lock(1), Outcome::RefusedExpired);
    assert_eq!(rig.look().0, State::default());
    rig.expect(&Order::lock(1).with(|order| order.not_after = START + 61), Outcome::Applied);
}

#[test]
fn a_lock_that_would_be_over_is_refused() {
    for (late, outcome) in
        [(-1, Outcome::Applied), (0, Outcome::RefusedExpired), (1, Outcome::RefusedExpired)]
    {
        let mut rig = Rig::new();
        let order = Order::lock(1).with(|order| order.lock_until = START + 30);
        rig.clock.set(order.lock_until + late);
        rig.expect(&order, outcome);
        assert_eq!(rig.is_locked(), outcome == Outcome::Applied);
    }
}

#[test]
fn a_command_that_was_over_before_it_was_issued_is_refused_by_a_car_whose_clock_is_behind() {
    let mut rig = Rig::new();
    rig.clock.set(0);
    let late = Order::unlock(1).with(|order| order.not_after = order.issued_at - 1);
    rig.expect(&late, Outcome::RefusedExpired);
    let over = Order::lock(1).with(|order| order.lock_until = order.issued_at);
    let receipt = rig.expect(&over, Outcome::RefusedExpired);
    assert_eq!(receipt.device_time, START);
    assert!(!rig.is_locked());
}

#[test]
fn a_lock_ends_by_itself_in_its_second() {
    let mut rig = Rig::new();
    let order = Order::lock(1);
    rig.expect(&order, Outcome::Applied);
    for (late, locked) in [(-1, true), (0, false), (1, false)] {
        rig.clock.set(order.lock_until + late);
        rig.tick();
        assert_eq!(rig.is_locked(), locked, "{late}");
    }
    assert!(rig.car.try_start());
}

#[test]
fn a_lock_ends_while_the_agent_is_off() {
    let mut rig = Rig::new();
    let order = Order::lock(1);
    rig.expect(&order, Outcome::Applied);
    rig.clock.set(order.lock_until);
    rig.restart();
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn a_clock_set_back_does_not_make_a_lock_longer() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    for passed in [3_599, 3_600] {
        rig.clock.pass(if passed == 3_599 { 3_599 } else { 1 });
        rig.clock.set(START - 1_000_000);
        rig.tick();
        assert_eq!(rig.is_locked(), passed == 3_599);
    }
}

#[test]
fn a_clock_set_back_and_restarts_give_a_lock_no_more_than_a_minute_each() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    let mut ticked = 0;
    while rig.is_locked() {
        rig.clock.pass(1);
        rig.clock.set(START);
        rig.tick();
        ticked += 1;
        if ticked % 600 == 0 {
            rig.restart();
        }
        assert!(ticked <= 3_600 + 6 * 60, "the lock has become longer");
    }
    assert!(ticked >= 3_600);
}

#[test]
fn commands_between_ticks_take_no_time_off_the_count() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    for seq in 2..=7 {
        rig.clock.pass(600);
        rig.clock.set(START);
        if seq % 2 == 0 {
            rig.expect(&Order::warn(seq), Outcome::Applied);
        } else {
            rig.expect(&Order::warn(1), Outcome::RefusedSuperseded);
        }
    }
    rig.tick();
    assert!(!rig.is_locked());
}

#[test]
fn a_lock_without_an_end_lasts_until_the_unlock() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1).with(|order| order.lock_until = 0), Outcome::Applied);
    rig.clock.pass(3_650 * 86_400);
    rig.tick();
    assert!(rig.is_locked());
    let now = START + 3_650 * 86_400;
    rig.expect(&Order::new(Action::Unlock, 2, now), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn the_same_number_is_answered_with_the_same_bytes_however_late_and_does_nothing_more() {
    let mut rig = Rig::new();
    for order in [Order::lock(1), Order::warn(2), Order::unlock(3)] {
        let sealed = order.sealed();
        let first = rig.send(&sealed).unwrap();
        let before = rig.look();
        assert_eq!(rig.send(&sealed).unwrap(), first);
        rig.clock.pass(1_000);
        assert_eq!(rig.send(&sealed).unwrap(), first);
        rig.restart();
        assert_eq!(rig.send(&sealed).unwrap(), first);
        // The next keeper's command for the same invocation has other bytes.
        let again = order.clone().with(|order| order.not_after += 5_000);
        assert_eq!(rig.send(&again.sealed()).unwrap(), first);
        assert_eq!(rig.look(), before);
        rig.clock.set(START);
    }
    assert_eq!(rig.car.look().warnings.len(), 1);
}

#[test]
fn an_older_number_is_refused_with_a_signature_and_changes_nothing() {
    let mut rig = Rig::new();
    rig.expect(&Order::unlock(7), Outcome::Applied);
    let before = rig.look();
    for seq in [0, 1, 6] {
        rig.expect(&Order::lock(seq), Outcome::RefusedSuperseded);
        rig.restart();
        rig.expect(&Order::lock(seq), Outcome::RefusedSuperseded);
    }
    assert_eq!(rig.look(), before);
}

#[test]
fn numbers_may_skip_and_end_at_the_highest() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(0), Outcome::Applied);
    rig.expect(&Order::unlock(1 << 40), Outcome::Applied);
    rig.expect(&Order::lock(u64::MAX), Outcome::Applied);
    rig.expect(&Order::unlock(u64::MAX - 1), Outcome::RefusedSuperseded);
    assert!(rig.is_locked());
}

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
fn an_armed_lock_survives_a_restart() {
    let mut rig = Rig::new();
    rig.car.try_start();
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.restart();
    assert_eq!(rig.tick(), None);
    rig.expect(&Order::lock(1), Outcome::Armed);
    rig.car.park();
    assert_answers(&rig.tick().unwrap(), &Order::lock(1), Outcome::Applied);
}

#[test]
fn an_armed_lock_takes_hold_in_the_last_second_of_its_command_and_never_after() {
    for (late, locks) in [(-1, true), (0, true), (1, false)] {
        let mut rig = Rig::new();
        rig.car.try_start();
        let order = Order::lock(1);
        rig.expect(&order, Outcome::Armed);
        rig.car.park();
        rig.clock.set(order.not_after + late);
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
    rig.clock.set(START);
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
    rig.restart();
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
fn a_newer_command_supersedes_an_armed_lock_and_its_receipt_stays_true() {
    for newer in [Order::warn(2), Order::unlock(2)] {
        let mut rig = Rig::new();
        rig.car.try_start();
        rig.expect(&Order::lock(1), Outcome::Armed);
        rig.expect(&newer, Outcome::Applied);
        rig.expect(&Order::lock(1), Outcome::RefusedSuperseded);
        rig.car.park();
        assert_eq!(rig.tick(), None);
        assert!(!rig.is_locked());
        assert!(rig.car.try_start());
    }
}

#[test]
fn a_warning_leaves_a_standing_lock_as_it_is() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    let lock = rig.look().0.lock;
    rig.expect(&Order::warn(2), Outcome::Applied);
    assert_eq!(rig.look().0.lock, lock);
    assert!(rig.is_locked());
}

#[test]
fn a_renewed_lock_lasts_until_its_new_end() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.clock.pass(3_000);
    rig.expect(&Order::new(Action::Lock, 2, START + 3_000), Outcome::Applied);
    rig.clock.pass(3_599);
    rig.tick();
    assert!(rig.is_locked());
    rig.clock.pass(1);
    rig.tick();
    assert!(!rig.is_locked());
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
fn an_unlock_is_done_at_once_parked_or_running_safe_or_not() {
    for ignition in [Ignition::Parked, Ignition::Running] {
        let mut rig = Rig::new();
        rig.expect(&Order::lock(1), Outcome::Applied);
        rig.car.pretend(|car| (car.ignition, car.unsafe_to_lock) = (ignition, true));
        rig.expect(&Order::unlock(2), Outcome::Applied);
        assert!(!rig.is_locked());
    }
}

#[test]
fn an_unsafe_lock_is_refused_and_may_be_asked_again() {
    let mut rig = Rig::new();
    rig.car.pretend(|car| car.unsafe_to_lock = true);
    let before = rig.look();
    rig.expect(&Order::lock(1), Outcome::RefusedUnsafe);
    assert_eq!(rig.look(), before);
    rig.expect(&Order::warn(1), Outcome::Applied);
    rig.expect(&Order::lock(2), Outcome::RefusedUnsafe);
    rig.car.pretend(|car| car.unsafe_to_lock = false);
    rig.expect(&Order::lock(2), Outcome::Applied);
}

#[test]
fn a_signed_command_proves_the_time_to_a_car_whose_clock_was_reset() {
    let mut rig = Rig::new();
    rig.clock.set(START + 500);
    rig.expect(&Order::new(Action::Warn, 1, START + 500), Outcome::Applied);
    rig.clock.set(0);
    rig.restart();
    // Expired by the proven time, though the wall clock says 1970.
    rig.expect(&Order::lock(2), Outcome::RefusedExpired);
    let receipt = rig.expect(&Order::new(Action::Lock, 2, START + 400), Outcome::RefusedExpired);
    assert_eq!(receipt.device_time, START + 500);
    rig.expect(&Order::new(Action::Lock, 2, START + 450), Outcome::Applied);
}

#[test]
fn a_refused_command_proves_no_time() {
    let mut rig = Rig::new();
    let future = Order::new(Action::Lock, 1, START + 1_000_000);
    rig.car.pretend(|car| car.unsafe_to_lock = true);
    rig.expect(&future, Outcome::RefusedUnsafe);
    rig.expect(&Order::unlock(2), Outcome::Applied);
}

#[test]
fn a_lost_connection_or_a_long_silence_never_locks() {
    let mut rig = Rig::new();
    rig.expect(&Order::unlock(1), Outcome::Applied);
    for _ in 0..1_000 {
        rig.clock.pass(86_400);
        assert_eq!(rig.tick(), None);
    }
    assert!(!rig.is_locked());
}

#[test]
fn the_latest_receipt_is_at_hand_for_every_new_connection() {
    let mut rig = Rig::new();
    assert_eq!(rig.device.latest(), None);
    let answer = rig.send(&Order::lock(1).sealed()).unwrap();
    assert_eq!(rig.device.latest(), Some(answer.clone()));
    rig.restart();
    assert_eq!(rig.device.latest(), Some(answer));
    rig.car.pretend(|car| car.broken = true);
    rig.device.receive(&Order::unlock(2).sealed()).unwrap_err();
    assert_eq!(rig.device.latest(), None);
    rig.car.pretend(|car| car.broken = false);
    rig.tick();
    assert_eq!(read(&rig.device.latest().unwrap()).outcome, Outcome::Applied);
}
