//! What the car obeys, refuses and ignores.

use ed25519_dalek::SigningKey;
use latchkey_device::car::Ignition;
use latchkey_device::state::State;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, Outcome};

use crate::common::{Order, PROGRAM, Rig, START, device_key, full_key, read, warn_key};

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
fn the_same_number_is_answered_with_the_same_bytes_however_late_and_does_nothing_more() {
    let mut rig = Rig::new();
    for (seq, action) in [(1, Action::Lock), (2, Action::Warn), (3, Action::Unlock)] {
        let order = Order::new(action, seq, START + 1_000 * (i64::try_from(seq).unwrap() - 1));
        let sealed = order.sealed();
        let first = rig.send(&sealed).unwrap();
        rig.clock.pass(1_000);
        assert_eq!(rig.send(&sealed).unwrap(), first);
        rig.restart();
        let before = rig.look();
        assert_eq!(rig.send(&sealed).unwrap(), first);
        // The next keeper's command for the same invocation has other bytes.
        let again = order.clone().with(|order| order.not_after += 5_000);
        assert_eq!(rig.send(&again.sealed()).unwrap(), first);
        assert_eq!(rig.look(), before);
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
        assert_eq!(rig.look(), before);
    }
    rig.restart();
    rig.expect(&Order::lock(6), Outcome::RefusedSuperseded);
    assert!(!rig.is_locked());
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
fn a_warning_leaves_a_standing_lock_as_it_is() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    let State { lock, last, .. } = rig.look().0;
    rig.expect(&Order::warn(2), Outcome::Applied);
    let after = rig.look().0;
    assert_eq!((after.lock, after.last), (lock, last));
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
    rig.expect(&Order::unlock(1), Outcome::Applied);
    rig.expect(&Order::lock(2), Outcome::RefusedUnsafe);
    rig.car.pretend(|car| car.unsafe_to_lock = false);
    rig.expect(&Order::lock(2), Outcome::Applied);
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
    assert_eq!(rig.device.latest(), []);
    let lock = rig.send(&Order::lock(1).sealed()).unwrap();
    assert_eq!(rig.device.latest(), std::slice::from_ref(&lock));
    let warning = rig.send(&Order::warn(2).sealed()).unwrap();
    rig.restart();
    assert_eq!(rig.device.latest(), [lock, warning.clone()]);
    rig.car.pretend(|car| car.broken = true);
    assert!(rig.device.receive(&Order::unlock(3).sealed()).trouble.is_some());
    assert_eq!(rig.device.latest(), [warning]);
    rig.car.pretend(|car| car.broken = false);
    rig.tick();
    assert_eq!(read(&rig.device.latest()[0]).outcome, Outcome::Applied);
}

#[test]
fn what_is_not_known_any_more_is_said_to_be_superseded() {
    let mut rig = Rig::new();
    let orders: Vec<Order> = (1..=20).map(Order::lock).collect();
    let receipts: Vec<_> = orders.iter().map(|order| rig.send(&order.sealed()).unwrap()).collect();
    rig.restart();
    for (order, receipt) in orders.iter().zip(receipts).rev().take(17) {
        assert_eq!(rig.send(&order.sealed()).unwrap(), receipt, "number {}", order.seq);
    }
    for order in &orders[..3] {
        rig.expect(order, Outcome::RefusedSuperseded);
    }
}

#[test]
fn a_stored_receipt_is_only_for_the_invocation_that_it_answered() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    rig.expect(&Order::unlock(2), Outcome::Applied);
    rig.expect(&Order::lock(1).with(|order| order.invocation = [1; 32]), Outcome::RefusedSuperseded);
}

#[test]
fn warnings_have_a_counter_of_their_own() {
    let mut rig = Rig::new();
    rig.expect(&Order::warn(9), Outcome::Applied);
    rig.expect(&Order::warn(8), Outcome::RefusedSuperseded);
    rig.expect(&Order::lock(3), Outcome::Applied);
    assert!(rig.is_locked());
    rig.expect(&Order::warn(10), Outcome::Applied);
    rig.expect(&Order::unlock(4), Outcome::Applied);
    assert!(!rig.is_locked());
}

#[test]
fn a_warning_that_is_older_than_the_newest_lock_or_unlock_does_not_sound() {
    for newer in [Order::lock(5), Order::unlock(5)] {
        let mut rig = Rig::new();
        rig.expect(&newer, Outcome::Applied);
        rig.expect(&Order::warn(4), Outcome::RefusedSuperseded);
        assert!(rig.car.look().warnings.is_empty());
        rig.expect(&Order::warn(6), Outcome::Applied);
    }
}

#[test]
fn the_car_shows_why_it_is_locked_until_that_is_over() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    assert_eq!(rig.car.look().message, "message 1");
    rig.car.pretend(|car| car.message.clear());
    rig.restart();
    assert_eq!(rig.car.look().message, "message 1");
    rig.expect(&Order::unlock(2), Outcome::Applied);
    assert_eq!(rig.car.look().message, "message 2");
    rig.expect(&Order::lock(3), Outcome::Applied);
    rig.clock.pass(3_600);
    rig.tick();
    assert_eq!(rig.car.look().message, "");
}
