//! Codes that the driver types where no message reaches the car.

use std::sync::Arc;

use latchkey_device::address;
use latchkey_device::agent::{LONGEST_PAUSE, NotTaken, SAVED_EVERY, Service};
use latchkey_device::device::{Device, Report};
use latchkey_device::identity::Identity;
use latchkey_device::state::{Lock, Tries};
use latchkey_protocol::code::{Code, CodeSecret, CodedUnlock};
use latchkey_protocol::{Action, HandOver, Key, Outcome, Receipt, Release};
use latchkey_tests_cases::cases;
use proptest::prelude::*;
use serde_json::Value;

use crate::common::{
    Full, Order, PROGRAM, Rig, START, VEHICLE, borrower_key, code_key, coded_key, cosigned, device_key,
    full_key, hand_over, identity, read, root_key, untroubled,
};

const DAY: u64 = 86_400;

pub fn unlock(seq: u64) -> CodedUnlock {
    let invocation = address::invocation(&PROGRAM, &VEHICLE, seq);
    CodedUnlock { program: PROGRAM, vehicle: VEHICLE, invocation, seq }
}

/// The code that the function gives out for this number.
pub fn code(seq: u64) -> Code {
    let secret = CodeSecret::with_car(&code_key(), &device_key().verifying_key().to_bytes()).unwrap();
    Code::of(&secret, &unlock(seq))
}

/// A code that no number of the car has.
pub fn wrong(seq: u64) -> Code {
    let digits: u64 = code(seq).to_string().replace(' ', "").parse().unwrap();
    let other = if digits.is_multiple_of(1_000_000_000) { digits + 1 } else { digits - 1 };
    format!("{other:012}").parse().unwrap()
}

impl Rig {
    fn locked() -> Self {
        let mut rig = Self::new();
        rig.expect(&Order::lock(5), Outcome::Applied);
        assert!(rig.is_locked());
        rig
    }

    fn enter(&mut self, code: Code) -> Result<Receipt, NotTaken> {
        let report = self.device.enter(code);
        assert!(report.trouble.is_none(), "{:?}", report.trouble);
        match (&report.answer, report.not_taken) {
            (Some(answer), None) => Ok(read(answer)),
            (None, Some(why)) => Err(why),
            other => panic!("{other:?}"),
        }
    }

    fn tries(&self) -> Tries {
        self.device.state().tries
    }
}

#[test]
fn the_code_of_the_next_unlock_lets_the_car_start_and_is_answered_with_a_receipt_that_settles() {
    let mut rig = Rig::locked();
    rig.clock.set_network(None);
    let receipt = rig.enter(code(6)).unwrap();
    let expected = Receipt {
        program: PROGRAM,
        vehicle: VEHICLE,
        invocation: unlock(6).invocation,
        seq: 6,
        action: Action::Unlock,
        outcome: Outcome::Applied,
        device_time: START,
        command_hash: unlock(6).hash(),
    };
    assert_eq!(receipt, expected);
    assert!(!rig.is_locked());
    // It waits for a connection, over restarts, and typing the code again gives it again.
    rig.restart();
    let latest = rig.device.latest();
    assert_eq!(latest.iter().map(read).collect::<Vec<_>>(), [receipt]);
    assert_eq!(rig.enter(code(6)), Ok(receipt));
    assert_eq!(rig.look().1.message, "", "a code has no message, and that of the lock is over");
    // Its number is used up as any other.
    rig.clock.set_network(Some(START));
    assert_eq!(rig.order(&Order::lock(5)).seq, 5, "its stored receipt");
    assert!(!rig.is_locked());
    assert_eq!(rig.send(&Order::lock(6).sealed()), None, "of another invocation");
    rig.expect(&Order::lock(7), Outcome::Applied);
    assert!(rig.is_locked());
}

#[test]
fn the_unlock_itself_is_answered_with_the_receipt_of_its_code() {
    let mut rig = Rig::locked();
    let receipt = rig.enter(code(6)).unwrap();
    let envelope = Order::unlock(6).with(|order| order.invocation = unlock(6).invocation);
    assert_eq!(rig.order(&envelope), receipt);
    // And the other way round.
    let mut rig = Rig::locked();
    let receipt = rig.expect(&envelope, Outcome::Applied);
    assert_eq!(rig.enter(code(6)), Ok(receipt));
    assert_eq!(rig.device.state().commands.len(), 2, "a code is no evidence");
}

#[test]
fn a_code_counts_for_the_newest_number_and_the_999_after_it() {
    for (ahead, taken) in [(1, true), (998, true), (999, true), (1_000, false), (1_001, false)] {
        let mut rig = Rig::locked();
        assert_eq!(rig.enter(code(5 + ahead)).is_ok(), taken, "{ahead}");
        assert_eq!(rig.is_locked(), !taken);
    }
    // That of a number before.
    let mut rig = Rig::locked();
    assert_eq!(rig.enter(code(4)), Err(NotTaken::Wrong { wait: 5 }));
    // A car that has obeyed nothing knows the first thousand.
    for (seq, taken) in [(0, true), (999, true), (1_000, false)] {
        assert_eq!(Rig::new().enter(code(seq)).is_ok(), taken, "{seq}");
    }
    // The last number there is.
    let mut rig = Rig::new();
    rig.expect(&Order::lock(u64::MAX - 1), Outcome::Applied);
    assert!(rig.enter(code(3)).is_err());
    rig.clock.pass(5);
    assert_eq!(rig.enter(code(u64::MAX)).unwrap().seq, u64::MAX);
}

#[test]
fn a_code_that_was_used_opens_no_later_lock() {
    let mut rig = Rig::locked();
    rig.enter(code(6)).unwrap();
    rig.expect(&Order::lock(7), Outcome::Applied);
    assert_eq!(rig.enter(code(6)), Err(NotTaken::Wrong { wait: 5 }));
    assert!(rig.is_locked());
    assert_eq!(rig.send(&Order::lock(7).sealed()).map(|answer| read(&answer).seq), Some(7));
}

#[test]
fn a_warning_key_cannot_use_the_numbers_of_codes_up() {
    let mut rig = Rig::locked();
    rig.expect(&Order::warn(u64::MAX), Outcome::Applied);
    assert!(rig.enter(code(6)).is_ok());
}

#[test]
fn pauses_after_wrong_codes_grow_to_ten_minutes_and_no_further() {
    let mut rig = Rig::locked();
    for wait in [5, 10, 20, 40, 80, 160, 320, 600, 600, 600] {
        assert_eq!(rig.enter(wrong(6)), Err(NotTaken::Wrong { wait }));
        // Nothing is looked at meanwhile, and nothing counted.
        rig.clock.pass(wait - 1);
        for typed in [wrong(6), code(6)] {
            assert_eq!(rig.enter(typed), Err(NotTaken::TooSoon { wait: 1 }));
        }
        assert!(rig.is_locked());
        rig.clock.pass(1);
    }
    assert_eq!(LONGEST_PAUSE, 600);
    assert!(rig.enter(code(6)).is_ok());
    assert_eq!(rig.tries(), Tries::default(), "after an unlock the pauses begin anew");
}

#[test]
fn an_unlock_by_a_message_needs_no_pause_and_ends_it() {
    let mut rig = Rig::locked();
    rig.enter(wrong(6)).unwrap_err();
    rig.expect(&Order::unlock(6), Outcome::Applied);
    assert_eq!(rig.tries(), Tries::default());
}

#[test]
fn the_count_of_wrong_codes_stays_at_its_highest() {
    let mut rig = Rig::locked();
    for _ in 0..300 {
        rig.enter(wrong(6)).unwrap_err();
        rig.clock.pass(LONGEST_PAUSE);
    }
    assert_eq!(rig.tries().wrong, u8::MAX);
    assert_eq!(rig.enter(wrong(6)), Err(NotTaken::Wrong { wait: LONGEST_PAUSE }));
}

/// What `docs/protocol.md` says about guessing.
#[test]
fn in_the_longest_lock_6486_codes_can_be_tried() {
    let mut rig = Rig::locked();
    let (typed, mut tried, mut left) = (wrong(5), 0, 45 * DAY);
    while let Err(NotTaken::Wrong { wait }) = rig.enter(typed) {
        tried += 1;
        let Some(rest) = left.checked_sub(wait) else { break };
        left = rest;
        rig.clock.pass(wait);
    }
    assert_eq!(tried, 6_486);
    let page = include_str!("../../../../docs/protocol.md");
    assert!(page.contains("6,486 codes"));
}

#[test]
fn a_restart_ends_no_pause_and_makes_none_longer() {
    let after = |off: Option<u64>| {
        let mut rig = Rig::locked();
        for _ in 0..7 {
            rig.enter(wrong(6)).unwrap_err();
            rig.clock.pass(LONGEST_PAUSE);
        }
        rig.enter(wrong(6)).unwrap_err();
        rig.clock.pass(100);
        rig.tick();
        match off {
            Some(off) => rig.clock.power_off(off),
            None => rig.clock.pass(30),
        }
        rig.restart();
        rig
    };
    // The agent alone starts again: the clock has run on, and a minute is taken off at least.
    assert_eq!(after(None).tries(), Tries { wrong: 8, pause: 440 });
    // The power was off: nobody knows for how long.
    for off in [0, DAY] {
        let mut rig = after(Some(off));
        assert_eq!(rig.tries(), Tries { wrong: 8, pause: 440 });
        assert_eq!(rig.enter(code(6)), Err(NotTaken::TooSoon { wait: 440 }));
        rig.clock.pass(440);
        assert!(rig.enter(code(6)).is_ok());
    }
}

#[test]
fn whoever_restarts_at_the_worst_moments_waits_ten_minutes_at_most() {
    for every in [1, SAVED_EVERY - 1, SAVED_EVERY, SAVED_EVERY + 1, 300] {
        let mut rig = Rig::locked();
        for _ in 0..8 {
            rig.clock.pass(LONGEST_PAUSE);
            rig.enter(wrong(6)).unwrap_err();
        }
        let mut waited = 0;
        while rig.tries().pause > 0 {
            for _ in 0..every {
                rig.clock.pass(1);
                waited += 1;
                rig.tick();
            }
            rig.clock.power_off(0);
            rig.restart();
        }
        assert!(waited <= LONGEST_PAUSE, "{every}: {waited}");
        assert!(rig.enter(code(6)).is_ok());
    }
}

#[test]
fn no_clock_keeps_the_driver_waiting() {
    type Change = fn(&Rig);
    let faults: [Change; 5] = [
        |rig| rig.clock.set_wall(0),
        |rig| rig.clock.set_network(Some(START + 365 * 86_400)),
        |rig| rig.clock.set_network(Some(START - 365 * 86_400)),
        |rig| rig.clock.set_network(None),
        // The elapsed clock fails, and says zero from then on.
        |rig| rig.clock.set_elapsed(0),
    ];
    for change in faults {
        let mut rig = Rig::locked();
        for _ in 0..8 {
            rig.clock.pass(LONGEST_PAUSE);
            rig.enter(wrong(6)).unwrap_err();
        }
        change(&rig);
        rig.tick();
        rig.clock.pass(LONGEST_PAUSE);
        rig.enter(code(6)).unwrap();
        assert!(!rig.is_locked());
    }
    // One that runs back and stands: no pause is left.
    let mut rig = Rig::locked();
    rig.enter(wrong(6)).unwrap_err();
    rig.clock.set_elapsed(1);
    rig.enter(code(6)).unwrap();
}

#[test]
fn a_running_car_is_unlocked_by_a_code_too() {
    let mut rig = Rig::new();
    assert!(rig.car.try_start());
    rig.expect(&Order::lock(5), Outcome::Armed);
    rig.enter(code(6)).unwrap();
    assert_eq!(rig.device.state().lock, Lock::Unlocked);
}

#[test]
fn a_car_without_a_code_key_or_with_a_useless_one_takes_no_codes() {
    for key in [None, Some([0; 32]), Some([[1].as_slice(), &[0; 31]].concat().try_into().unwrap())] {
        let mut identity = identity();
        identity.keyring.code_key = key;
        let mut rig = Rig::of(identity);
        rig.expect(&Order::lock(5), Outcome::Applied);
        assert_eq!(rig.enter(code(6)), Err(NotTaken::NoCodes));
        assert_eq!(rig.tries(), Tries::default());
        assert!(rig.is_locked());
    }
}

/// Hands the car over, with these signatures besides the root's if `agreed`.
fn handed(rig: &mut Rig, agreed: bool, change: impl FnOnce(&mut HandOver)) -> bool {
    let mut order = HandOver { nonce: rig.device.state().nonce, ..hand_over() };
    change(&mut order);
    let (root, borrower) = (root_key(), borrower_key());
    let keys = if agreed { vec![&root, &borrower] } else { vec![&root] };
    let before = rig.device.state().nonce;
    rig.send(&cosigned(&keys, &order.encode())).expect("a receipt");
    rig.device.state().nonce != before
}

#[test]
fn a_hand_over_brings_the_code_key_and_the_first_number() {
    let mut rig = Rig::locked();
    assert!(handed(&mut rig, false, |order| order.code_key = coded_key()));
    rig.restart();
    assert!(rig.enter(code(10)).is_err(), "an old number");
    rig.clock.pass(5);
    assert_eq!(rig.enter(code(1_010)).unwrap().seq, 1_010);
    // Nothing else of the keyring changes with a release, and the code key stays.
    let release = Release { program: PROGRAM, vehicle: VEHICLE, issued_at: START };
    rig.send(&cosigned(&[&full_key()], &release.encode())).expect("a receipt");
    assert!(rig.enter(code(1_011)).is_ok());
}

#[test]
fn a_way_to_unlock_is_taken_away_only_with_the_borrowers_signature() {
    let other: Key = [9; 32];
    for (before, after, needs_the_borrower) in [
        ([0; 32], coded_key(), false),
        (coded_key(), coded_key(), false),
        (coded_key(), other, true),
        (coded_key(), [0; 32], true),
    ] {
        for agreed in [false, true] {
            let mut rig = Rig::new();
            assert!(handed(&mut rig, false, |order| order.code_key = before));
            let taken = handed(&mut rig, agreed, |order| order.code_key = after);
            assert_eq!(taken, agreed || !needs_the_borrower);
        }
    }
}

#[test]
fn a_full_disk_keeps_no_code_from_opening() {
    let locked = Rig::locked();
    let store = Full(locked.look().0);
    let clock = Arc::new(locked.clock.clone());
    let mut device = Device::start(identity(), locked.car.clone(), store, clock);
    // The lock was dropped at the start, because the record could not be rewritten. A code is obeyed all the same.
    assert_eq!(device.service(), Some(Service::MayHaveForgotten));
    let report = device.enter(wrong(6));
    assert_eq!(report.not_taken, Some(NotTaken::Wrong { wait: 5 }));
    assert!(report.trouble.is_some(), "the try could not be remembered");
    assert_eq!(device.enter(code(6)).not_taken, Some(NotTaken::TooSoon { wait: 5 }));
    locked.clock.pass(5);
    let report = device.enter(code(6));
    assert_eq!(report.answer.map(|answer| read(&answer).seq), Some(6));
    assert!(!locked.car.look().inhibited);
}

#[test]
fn a_broken_immobiliser_lets_the_receipt_wait() {
    let mut rig = Rig::locked();
    rig.car.pretend(|car| car.broken = true);
    let report = rig.device.enter(code(6));
    assert!(matches!(report, Report { answer: None, not_taken: None, trouble: Some(_) }), "{report:?}");
    rig.car.pretend(|car| car.broken = false);
    assert_eq!(rig.tick().map(|receipt| receipt.seq), Some(6));
}

#[test]
fn the_car_names_accounts_as_the_chain_does() {
    let vectors: Value = serde_json::from_str(include_str!("../../../protocol/vectors/v1.json")).unwrap();
    let key = |value: &Value| -> Key { hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap() };
    let program = key(&vectors["program"]);
    let cases = vectors["addresses"].as_array().unwrap();
    for case in cases {
        let vehicle = address::vehicle(&program, &key(&case["device_key"]));
        assert_eq!(vehicle, key(&case["vehicle"]));
        let seq = case["seq"].as_str().unwrap().parse().unwrap();
        assert_eq!(address::invocation(&program, &vehicle, seq), key(&case["invocation"]));
    }
    assert_eq!(cases.len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    /// Whatever is typed: the car unlocks for the code of a number in reach, and for nothing else.
    #[test]
    fn any_codes_typed_at_any_time(typed in prop::collection::vec((0..12_u64, any::<bool>(), 0..700_u64), 1..20)) {
        let mut rig = Rig::locked();
        for (seq, right, after) in typed {
            rig.clock.pass(after);
            rig.tick();
            let (waits, newest) = (rig.tries().pause > 0, rig.device.state().last.as_ref().unwrap().seq);
            let was_locked = rig.is_locked();
            let reply = untroubled_entry(&mut rig, if right { code(seq) } else { wrong(seq) });
            // The lock's own number is no unlock's, and its code is never given out.
            let opens = right && !waits && seq > 5 && seq >= newest;
            if opens {
                prop_assert_eq!(reply.map(|receipt| receipt.seq), Ok(seq));
            } else if !(right && seq == 5 && newest == 5) {
                prop_assert!(reply.is_err());
                prop_assert_eq!(rig.is_locked(), was_locked);
            }
        }
    }
}

fn untroubled_entry(rig: &mut Rig, code: Code) -> Result<Receipt, NotTaken> {
    let Report { answer, not_taken, trouble } = rig.device.enter(code);
    let report = Report { answer, not_taken: None, trouble };
    match not_taken {
        Some(why) => Err(why),
        None => Ok(read(&untroubled(report).expect("a receipt"))),
    }
}

#[test]
fn an_identity_without_codes_is_what_a_car_without_the_key_has() {
    let Identity { keyring, .. } = identity();
    assert_eq!(keyring.code_key, Some(coded_key()));
}
