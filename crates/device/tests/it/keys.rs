//! Whom the car obeys: hand-overs by the root key, the borrower's agreement, releases, and locks that need several keys.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use latchkey_device::agent::Service;
use latchkey_device::car::SimulatedCar;
use latchkey_device::device::Device;
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{BadKeyring, Keyring};
use latchkey_device::store::{DiskStore, Store as _};
use latchkey_protocol::sealed::{Envelope, sha256};
use latchkey_protocol::{Action, HandOver, HandOverReceipt, Outcome, Release};

use crate::common::{
    Order, PROGRAM, Rig, START, TestClock, VEHICLE, borrower_key, buyers_key, cosigned, device_key, full_key,
    hand_over, identity, key_set, read_bytes, root_key, trusted, warn_key,
};
use crate::disks::{Fault, FaultyDisk};

/// Sends an order about keys, and reads which keyring the car says it obeys.
fn change(rig: &mut Rig, keys: &[&SigningKey], payload: &[u8]) -> Option<HandOverReceipt> {
    let answer = rig.send(&cosigned(keys, payload))?;
    let signed = Envelope::open(&answer.receipt).unwrap();
    assert_eq!(signed.signer, device_key().verifying_key().to_bytes());
    let receipt = HandOverReceipt::decode(&signed.payload).unwrap();
    assert_eq!((receipt.program, receipt.vehicle), (PROGRAM, VEHICLE));
    Some(receipt)
}

fn hash(order: &HandOver) -> [u8; 32] {
    sha256(&order.keyring.encode())
}

/// Whether the car took this hand-over.
fn takes(rig: &mut Rig, keys: &[&SigningKey], order: &HandOver) -> bool {
    let before = rig.device.state().nonce;
    let Some(receipt) = change(rig, keys, &order.encode()) else {
        assert_eq!(rig.device.state().nonce, before);
        return false;
    };
    let taken = receipt.nonce == sha256(&order.encode());
    assert_eq!(taken, rig.device.state().nonce != before);
    if taken {
        assert_eq!((receipt.keyring_hash, receipt.lender), (hash(order), order.keyring.lender));
    }
    taken
}

fn release(issued_at: i64) -> Vec<u8> {
    Release { program: PROGRAM, vehicle: VEHICLE, issued_at }.encode().to_vec()
}

fn by(key: &SigningKey, order: Order) -> Order {
    order.with(|order| order.key = key.clone())
}

/// A car that serves a loan of the borrower, with one key.
fn serving() -> Rig {
    let mut rig = Rig::new();
    assert!(takes(&mut rig, &[&root_key()], &hand_over()));
    rig
}

/// The next hand-over of such a car.
fn next(rig: &Rig) -> HandOver {
    HandOver { nonce: rig.device.state().nonce, seq: 20, ..hand_over() }
}

#[test]
fn a_hand_over_by_the_root_key_brings_other_keys() {
    let mut rig = Rig::new();
    let buyers = key_set(1, &[&buyers_key()]);
    let keyring = latchkey_protocol::Keyring { lender: [9; 32], warn: buyers, lock: buyers, unlock: buyers };
    let order = HandOver { keyring, ..hand_over() };
    assert!(takes(&mut rig, &[&root_key()], &order));
    assert_eq!(rig.send(&Order::lock(11).sealed()), None, "the old key is not obeyed any more");
    rig.expect(&by(&buyers_key(), Order::lock(11)), Outcome::Applied);
    rig.restart();
    rig.expect(&by(&buyers_key(), Order::unlock(12)), Outcome::Applied);
    assert_eq!(rig.send(&Order::unlock(13).sealed()), None);
}

#[test]
fn only_the_root_key_hands_the_car_over() {
    let mut rig = Rig::new();
    for key in [full_key(), warn_key(), borrower_key(), device_key(), buyers_key()] {
        assert_eq!(change(&mut rig, &[&key], &hand_over().encode()), None);
    }
    let rootless = Identity { root: None, ..identity() };
    let mut rig = Rig::of(rootless);
    assert_eq!(change(&mut rig, &[&root_key()], &hand_over().encode()), None);
    rig.expect(&Order::lock(1), Outcome::Applied);
}

#[test]
fn a_hand_over_for_another_car_or_program_is_ignored() {
    let mut rig = Rig::new();
    for order in [HandOver { vehicle: [1; 32], ..hand_over() }, HandOver { program: [1; 32], ..hand_over() }]
    {
        assert_eq!(change(&mut rig, &[&root_key()], &order.encode()), None);
    }
}

#[test]
fn each_nonce_counts_once_and_the_receipt_names_the_next() {
    let mut rig = Rig::new();
    // Whoever holds the root key learns the nonce by an order that the car does not take.
    let asked = HandOver { nonce: [7; 32], ..hand_over() };
    let receipt = change(&mut rig, &[&root_key()], &asked.encode()).unwrap();
    assert_eq!((receipt.nonce, receipt.lender), ([0; 32], [0; 32]));
    assert!(takes(&mut rig, &[&root_key()], &hand_over()));
    let other = HandOver { locks_until: START, ..next(&rig) };
    assert!(takes(&mut rig, &[&root_key()], &other));
    for replayed in [hand_over(), other] {
        assert_eq!(
            change(&mut rig, &[&root_key()], &replayed.encode()).unwrap().nonce,
            sha256(&other.encode())
        );
        assert_eq!(rig.device.state().keyring, Some(Keyring::ordered(&other)));
    }
}

#[test]
fn a_hand_over_that_comes_twice_is_answered_with_the_very_same_bytes() {
    let mut rig = Rig::new();
    let message = cosigned(&[&root_key()], &hand_over().encode());
    let first = rig.send(&message).unwrap();
    rig.clock.pass(5);
    assert_eq!(rig.send(&message).unwrap(), first);
    rig.restart();
    assert_eq!(rig.device.latest(), std::slice::from_ref(&first));
    assert_eq!(rig.send(&message).unwrap(), first);
}

#[test]
fn a_hand_over_needs_a_time_and_none_that_is_ahead_of_it() {
    let mut rig = Rig::new();
    let ahead = |secs| HandOver { issued_at: START + secs, ..hand_over() };
    assert!(!takes(&mut rig, &[&root_key()], &ahead(61)));
    rig.clock.set_network(None);
    rig.restart();
    assert!(!takes(&mut rig, &[&root_key()], &ahead(0)));
    rig.clock.set_network(Some(START));
    assert!(takes(&mut rig, &[&root_key()], &ahead(60)));
}

/// A change of a hand-over.
type Change<'a> = &'a dyn Fn(&mut HandOver);

#[test]
fn while_a_loan_is_open_the_borrower_agrees_to_what_could_harm_them() {
    let two = [&full_key(), &warn_key()];
    let full = key_set(1, &[&full_key()]);
    let of = |change: &dyn Fn(&mut HandOver)| {
        let mut rig = serving();
        // Two keys may lock, and both must; two may unlock.
        let mut wide = next(&rig);
        wide.keyring.lock = key_set(2, &two);
        wide.keyring.unlock = key_set(1, &two);
        assert!(takes(&mut rig, &[&root_key(), &borrower_key()], &wide));
        let mut order = HandOver { nonce: rig.device.state().nonce, seq: 30, ..wide };
        change(&mut order);
        (rig, order)
    };
    let harmful: [(&str, Change<'_>); 7] = [
        ("a key more that may lock", &|order| {
            order.keyring.lock = key_set(2, &[&full_key(), &warn_key(), &buyers_key()]);
        }),
        ("another key in its place", &|order| {
            order.keyring.lock = key_set(2, &[&full_key(), &buyers_key()]);
        }),
        ("a signature less for a lock", &|order| order.keyring.lock = key_set(1, &two)),
        ("a second more of power to lock", &|order| order.locks_until += 1),
        ("a key less that may unlock", &|order| order.keyring.unlock = full),
        ("another borrower", &|order| order.borrower = [1; 32]),
        ("no borrower", &|order| order.borrower = [0; 32]),
    ];
    for (what, change) in harmful {
        let (mut rig, order) = of(change);
        assert!(!takes(&mut rig, &[&root_key()], &order), "{what}");
        assert!(!takes(&mut rig, &[&root_key(), &full_key()], &order), "{what}");
        assert!(takes(&mut rig, &[&borrower_key(), &root_key()], &order), "{what}");
    }
    let harmless: [(&str, Change<'_>); 6] = [
        ("nothing", &|_| {}),
        ("a signature more for a lock", &|order| {
            order.keyring.lock = key_set(2, &two);
        }),
        ("a second less of power to lock", &|order| order.locks_until -= 1),
        ("a key more that may unlock", &|order| {
            order.keyring.unlock = key_set(1, &[&full_key(), &warn_key(), &buyers_key()]);
        }),
        ("other keys that may warn", &|order| order.keyring.warn = key_set(1, &[&buyers_key()])),
        ("another lender", &|order| order.keyring.lender = [1; 32]),
    ];
    for (what, change) in harmless {
        let (mut rig, order) = of(change);
        assert!(takes(&mut rig, &[&root_key()], &order), "{what}");
    }
    // A key that may lock is taken away by the root key alone, where the signatures still suffice.
    let (mut rig, mut order) = of(&|_| {});
    order.keyring.lock = key_set(2, &[&full_key(), &warn_key(), &buyers_key()]);
    assert!(takes(&mut rig, &[&root_key(), &borrower_key()], &order));
    let mut fewer = HandOver { nonce: rig.device.state().nonce, ..order };
    fewer.keyring.lock = key_set(2, &two);
    assert!(takes(&mut rig, &[&root_key()], &fewer));
}

#[test]
fn the_borrower_alone_hands_nothing_over() {
    let mut rig = serving();
    let order = next(&rig);
    assert_eq!(change(&mut rig, &[&borrower_key()], &order.encode()), None);
    assert_eq!(change(&mut rig, &[&borrower_key(), &full_key()], &order.encode()), None);
}

#[test]
fn a_hand_over_ends_the_lock_that_stands_and_the_one_that_waits() {
    let mut rig = Rig::new();
    rig.expect(&Order::lock(1), Outcome::Applied);
    assert!(takes(&mut rig, &[&root_key()], &hand_over()));
    assert!(!rig.is_locked());
    assert!(rig.car.try_start());
    assert_eq!(rig.car.look().message, "");
    rig.expect(&Order::lock(11), Outcome::Armed);
    let again = next(&rig);
    assert!(takes(&mut rig, &[&root_key()], &again));
    rig.car.park();
    rig.clock.pass(200);
    assert_eq!(rig.tick(), None);
    assert!(!rig.is_locked());
}

#[test]
fn a_hand_over_silences_a_warning_that_has_not_sounded() {
    let mut rig = Rig::new();
    rig.car.pretend(|car| car.broken = true);
    let _ = rig.device.receive(&Order::warn(1).sealed());
    let _ = rig.device.receive(&cosigned(&[&root_key()], &hand_over().encode()));
    rig.car.pretend(|car| car.broken = false);
    rig.clock.pass(1);
    let _ = rig.device.tick();
    assert_eq!(rig.car.look().warnings, Vec::<String>::new());
}

#[test]
fn a_hand_over_sets_the_number_whichever_was_used_before() {
    let mut rig = Rig::new();
    // A stolen key uses up every number.
    rig.expect(&Order::lock(u64::MAX), Outcome::Applied);
    rig.expect(&Order::unlock(11), Outcome::RefusedSuperseded);
    assert!(takes(&mut rig, &[&root_key()], &hand_over()));
    for old in [1, 9, 10] {
        rig.expect(&Order::unlock(old), Outcome::RefusedSuperseded);
        rig.expect(&Order::warn(old), Outcome::RefusedSuperseded);
    }
    rig.expect(&Order::lock(11), Outcome::Applied);
    rig.expect(&Order::unlock(12), Outcome::Applied);
}

#[test]
fn a_receipt_from_before_the_hand_over_is_still_given() {
    let mut rig = Rig::new();
    let unlock = Order::unlock(3);
    let before = rig.send(&unlock.sealed()).unwrap();
    assert!(takes(&mut rig, &[&root_key()], &hand_over()));
    rig.restart();
    assert_eq!(rig.send(&unlock.sealed()).unwrap(), before);
}

#[test]
fn n11_a_lock_by_the_old_key_after_the_loan_has_ended_is_ignored() {
    let mut rig = serving();
    rig.expect(&Order::lock(11), Outcome::Applied);
    rig.clock.pass(10);
    let receipt = change(&mut rig, &[&full_key()], &release(START + 10)).unwrap();
    assert_eq!(receipt.keyring_hash, [0; 32]);
    assert!(!rig.is_locked(), "the end of the loan ends its lock");
    for _ in 0..2 {
        assert_eq!(rig.send(&Order::new(Action::Lock, 12, START + 10).sealed()), None);
        assert_eq!(rig.send(&Order::new(Action::Warn, 13, START + 10).sealed()), None);
        rig.restart();
    }
    rig.expect(&Order::new(Action::Unlock, 14, START + 10), Outcome::Applied);
}

#[test]
fn a_release_that_drops_a_lock_which_waits_remembers_it_as_superseded() {
    let mut rig = serving();
    assert!(rig.car.try_start());
    rig.expect(&Order::lock(11), Outcome::Armed);
    assert!(change(&mut rig, &[&full_key()], &release(START)).is_some());
    for _ in 0..2 {
        let last = rig.device.state().last.clone().unwrap();
        assert_eq!((last.seq, read_bytes(&last.receipt).outcome), (11, Outcome::RefusedSuperseded));
        // The number is used up: an older unlock is not obeyed, a newer one is.
        rig.expect(&Order::unlock(10), Outcome::RefusedSuperseded);
        let said: Vec<_> = rig.device.latest().iter().map(|answer| answer.receipt.clone()).collect();
        assert!(said.contains(&last.receipt), "the keeper hears what became of the lock");
        rig.car.park();
        rig.tick();
        assert!(!rig.is_locked());
        rig.restart();
    }
    rig.expect(&Order::unlock(12), Outcome::Applied);
}

#[test]
fn a_release_that_drops_a_warning_which_waits_remembers_it_as_superseded() {
    let mut rig = serving();
    rig.car.pretend(|car| car.broken = true);
    let report = rig.device.receive(&Order::warn(11).sealed());
    assert!(report.trouble.is_some() && report.answer.is_none());
    rig.car.pretend(|car| car.broken = false);
    assert!(change(&mut rig, &[&full_key()], &release(START)).is_some());
    assert!(rig.car.look().warnings.is_empty());
    let warned = rig.device.state().warned.clone().unwrap();
    assert_eq!((warned.seq, read_bytes(&warned.receipt).outcome), (11, Outcome::RefusedSuperseded));
}

#[test]
fn a_release_needs_a_key_that_may_unlock() {
    let mut rig = serving();
    for key in [warn_key(), borrower_key(), root_key(), buyers_key()] {
        assert_eq!(change(&mut rig, &[&key], &release(START)), None);
    }
    rig.expect(&Order::lock(11), Outcome::Applied);
}

#[test]
fn a_release_needs_no_clock_and_comes_twice_without_harm() {
    let mut rig = serving();
    rig.clock.set_network(None);
    rig.restart();
    let message = cosigned(&[&full_key()], &release(START + 99));
    let first = rig.send(&message).unwrap();
    assert_eq!(rig.send(&message).unwrap(), first);
    rig.restart();
    assert_eq!(rig.send(&message).unwrap(), first);
}

#[test]
fn a_release_from_before_a_hand_over_does_not_end_the_next_loan() {
    let mut rig = serving();
    assert!(change(&mut rig, &[&full_key()], &release(START + 1)).is_some());
    rig.clock.pass(2);
    // The car is the borrower's now: without them it serves no other loan.
    let order = HandOver { issued_at: START + 2, borrower: [8; 32], ..next(&rig) };
    assert!(!takes(&mut rig, &[&root_key(), &full_key()], &order));
    assert!(takes(&mut rig, &[&root_key(), &borrower_key()], &order));
    for old in [START, START + 1] {
        assert_eq!(change(&mut rig, &[&full_key()], &release(old)), None);
    }
    rig.expect(&Order::new(Action::Lock, 21, START + 2), Outcome::Applied);
    assert!(change(&mut rig, &[&full_key()], &release(START + 2)).is_some());
    assert!(!rig.is_locked());
}

#[test]
fn the_power_to_lock_lapses_and_the_borrowers_say_with_it() {
    let until = hand_over().locks_until;
    for (now, locks) in [(until - 1, true), (until, true), (until + 1, false)] {
        let mut rig = serving();
        rig.clock.pass_until(now);
        let lock = Order::new(Action::Lock, 11, now);
        assert_eq!(rig.send(&lock.sealed()).is_some(), locks, "{}", now - until);
        let order = HandOver { borrower: [8; 32], issued_at: now, ..next(&rig) };
        assert_eq!(takes(&mut rig, &[&root_key()], &order), !locks, "{}", now - until);
    }
    // A lock that stands when the power lapses keeps its end, and an unlock is still obeyed.
    let mut rig = serving();
    rig.clock.pass_until(until);
    rig.expect(&Order::new(Action::Lock, 11, until), Outcome::Applied);
    rig.clock.pass(1);
    assert!(rig.is_locked());
    rig.expect(&Order::new(Action::Unlock, 12, until), Outcome::Applied);
}

#[test]
fn a_lock_needs_as_many_keys_as_the_keyring_says() {
    let mut rig = serving();
    let mut order = next(&rig);
    order.keyring.lock = key_set(2, &[&full_key(), &warn_key(), &buyers_key()]);
    assert!(takes(&mut rig, &[&root_key(), &borrower_key()], &order));
    let lock = Order::lock(21).bytes();
    for few in [&[&full_key()][..], &[&buyers_key()], &[&full_key(), &root_key(), &borrower_key()]] {
        assert_eq!(rig.send(&cosigned(few, &lock)), None);
    }
    let twice = [cosigned(&[&full_key()], &[]), cosigned(&[&full_key()], &lock)].concat();
    assert_eq!(rig.send(&twice), None, "one key counts once");
    let answer = rig.send(&cosigned(&[&warn_key(), &buyers_key()], &lock)).unwrap();
    assert_eq!(crate::common::read(&answer).outcome, Outcome::Applied);
    // Another two of the three: the same command, so the same receipt.
    assert_eq!(rig.send(&cosigned(&[&full_key(), &warn_key()], &lock)).unwrap(), answer);
    rig.expect(&Order::unlock(22), Outcome::Applied);
}

#[test]
fn one_of_several_keys_that_must_sign_a_lock_proves_no_time() {
    let both = [trusted(&full_key(), &Action::ALL), trusted(&buyers_key(), &Action::ALL)];
    let keyring = Keyring::of(&both, 2).unwrap();
    let mut rig = Rig::of(Identity { keyring, ..identity() });
    rig.expect(&Order::new(Action::Unlock, 1, START + 60), Outcome::Applied);
    assert_eq!(rig.device.state().not_before, 0);
    let unlock = Order::new(Action::Unlock, 2, START + 60).bytes();
    assert!(rig.send(&cosigned(&[&full_key(), &buyers_key()], &unlock)).is_some());
    assert_eq!(rig.device.state().not_before, START + 60);
}

#[test]
fn a_keyring_that_cannot_be_obeyed_is_refused() {
    let lockers = |count: u8| -> Vec<_> {
        (0..count).map(|seed| trusted(&SigningKey::from_bytes(&[90 + seed; 32]), &[Action::Lock])).collect()
    };
    assert!(Keyring::of(&lockers(3), 3).is_ok());
    assert_eq!(Keyring::of(&lockers(4), 1), Err(BadKeyring::TooManyKeys(Action::Lock)));
    assert_eq!(Keyring::of(&lockers(2), 3), Err(BadKeyring::Signatures { required: 3, keys: 2 }));
    assert_eq!(Keyring::of(&lockers(2), 0), Err(BadKeyring::Signatures { required: 0, keys: 2 }));
    let twice = [lockers(1), lockers(1)].concat();
    assert_eq!(Keyring::of(&twice, 1), Err(BadKeyring::EqualKeys(Action::Lock)));
}

/// A car on this disk.
fn on(disk: &FaultyDisk) -> Device<SimulatedCar, DiskStore<FaultyDisk>> {
    Device::start(identity(), SimulatedCar::new(), disk.store(), Arc::new(TestClock::new()))
}

fn obeys(device: &mut Device<SimulatedCar, DiskStore<FaultyDisk>>, key: &SigningKey, seq: u64) -> bool {
    device.receive(&by(key, Order::unlock(seq)).sealed()).answer.is_some()
}

#[test]
fn a_car_without_its_record_changes_no_keys() {
    let disk = FaultyDisk::empty();
    let mut device = on(&disk);
    assert_eq!(device.service(), Some(Service::NoRecord));
    for message in
        [cosigned(&[&root_key()], &hand_over().encode()), cosigned(&[&full_key()], &release(START))]
    {
        assert_eq!(device.receive(&message).answer, None);
    }
    assert_eq!(device.state().keyring, None);
}

#[test]
fn every_provisioning_begins_with_another_nonce() {
    let nonces: std::collections::BTreeSet<_> =
        (0..3).map(|_| on(&FaultyDisk::provisioned()).state().nonce).collect();
    assert_eq!(nonces.len(), 3);
}

#[test]
fn a_hand_over_that_cannot_be_saved_counts_and_is_answered_once_it_is() {
    let disk = FaultyDisk::provisioned();
    let mut device = on(&disk);
    let set = key_set(1, &[&buyers_key()]);
    let keyring = latchkey_protocol::Keyring { lender: [9; 32], warn: set, lock: set, unlock: set };
    let order = HandOver { nonce: device.state().nonce, keyring, ..hand_over() };
    disk.fail(Fault::Full);
    let report = device.receive(&cosigned(&[&root_key()], &order.encode()));
    assert!(report.trouble.is_some() && report.answer.is_none());
    assert!(!obeys(&mut device, &full_key(), 11), "the keys that were taken away are gone at once");
    // If the power goes now, the car is as before, and the same order can come again.
    let mut rebooted = on(&disk);
    assert!(obeys(&mut rebooted, &full_key(), 11));
    drop(rebooted);
    disk.heal();
    let mut device = on(&disk);
    let answer = device.receive(&cosigned(&[&root_key()], &order.encode())).answer;
    assert!(answer.is_some());
    let mut rebooted = on(&disk);
    assert!(obeys(&mut rebooted, &buyers_key(), 11) && !obeys(&mut rebooted, &full_key(), 12));
    assert!(rebooted.latest().contains(&answer.unwrap()));
}

#[test]
fn what_the_car_obeys_is_remembered_with_its_receipt() {
    let rig = serving();
    let (state, _) = rig.look();
    assert_eq!(state.keyring, Some(Keyring::ordered(&hand_over())));
    assert_eq!(state.nonce, sha256(&hand_over().encode()));
    assert_eq!(state.old_numbers, Some(10));
    assert!(state.handed.is_some());
    assert_eq!(rig.store.clone().load().unwrap(), state);
}

#[test]
fn the_newest_commands_are_kept_as_they_came_with_every_signature() {
    let two = Keyring::of(&[trusted(&full_key(), &Action::ALL), trusted(&buyers_key(), &[Action::Lock])], 2)
        .unwrap();
    let mut rig = Rig::of(Identity { keyring: two, ..identity() });
    let lock = cosigned(&[&full_key(), &buyers_key()], &Order::lock(1).bytes());
    assert!(rig.send(&lock).is_some());
    // What is not obeyed, and what is asked again, is no evidence of what the car did.
    assert!(rig.send(&Order::lock(2).sealed()).is_none());
    assert!(rig.send(&lock).is_some());
    let mut sent = vec![lock];
    for seq in 3..12 {
        rig.expect(&Order::unlock(seq), Outcome::Applied);
        sent.insert(0, Order::unlock(seq).sealed());
    }
    rig.expect(&Order::warn(12), Outcome::Applied);
    sent.insert(0, Order::warn(12).sealed());
    sent.truncate(8);
    rig.restart();
    assert_eq!(rig.look().0.commands, sent);
}
