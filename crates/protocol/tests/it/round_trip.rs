//! Whatever is written is read back, and whatever is read was written so.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::{Envelope, OpenError, SEAL_LEN};
use latchkey_protocol::{
    Action, Command, DecodeError, Enrolment, HandOver, HandOverReceipt, Invoke, KeySet, Keyring,
    MAX_MESSAGE_LEN, MessageTooLong, Outcome, Receipt, Release,
};
use latchkey_tests_cases::cases;
use proptest::collection::vec;
use proptest::prelude::*;

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Warn), Just(Action::Lock), Just(Action::Unlock)]
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    (1..=8_u8).prop_map(|byte| Outcome::try_from(byte).unwrap())
}

fn receipts() -> impl Strategy<Value = Receipt> {
    let keys = any::<([u8; 32], [u8; 32], [u8; 32], [u8; 32])>();
    (keys, any::<u64>(), actions(), outcomes(), any::<i64>()).prop_map(
        |((program, vehicle, invocation, command_hash), seq, action, outcome, device_time)| Receipt {
            program,
            vehicle,
            invocation,
            seq,
            action,
            outcome,
            device_time,
            command_hash,
        },
    )
}

/// Sets that a car could obey.
fn key_sets(most_required: u8) -> impl Strategy<Value = KeySet> {
    (1..=3_usize, any::<u8>(), any::<[[u8; 32]; 3]>()).prop_map(move |(count, required, mut keys)| {
        for (index, key) in (0..).zip(&mut keys) {
            // The first byte tells the keys apart, and from zero.
            key[0] = key[0] / 4 * 4 + 1 + index;
        }
        keys[count..].fill([0; 32]);
        let most = most_required.min(u8::try_from(count).unwrap());
        KeySet { required: 1 + required % most, keys }
    })
}

fn keyrings() -> impl Strategy<Value = Keyring> {
    (any::<[u8; 32]>(), key_sets(3), key_sets(3), key_sets(1))
        .prop_map(|(lender, warn, lock, unlock)| Keyring { lender, warn, lock, unlock })
}

#[test]
fn an_envelope_cut_short_does_not_open() {
    let bytes = Envelope::seal(&SigningKey::from_bytes(&[7; 32]), b"locked").to_bytes();
    for length in 0..bytes.len() {
        let expected = if length < SEAL_LEN { OpenError::TooShort } else { OpenError::BadSignature };
        assert_eq!(Envelope::open(&bytes[..length]), Err(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn commands(
        (program, vehicle, invocation) in any::<([u8; 32], [u8; 32], [u8; 32])>(),
        seq: u64,
        action in actions(),
        (issued_at, not_after, lock_until) in any::<(i64, i64, i64)>(),
        message in ".{0,210}",
    ) {
        let command = Command {
            program, vehicle, invocation, seq, action, issued_at, not_after, lock_until, message: &message,
        };
        let mut buffer = [0; Command::MAX_LEN];
        match command.encode_into(&mut buffer) {
            Ok(bytes) => {
                prop_assert_eq!(bytes.len(), Command::FIXED_LEN + message.len());
                prop_assert_eq!(Command::decode(bytes), Ok(command));
            }
            Err(refused) => {
                prop_assert_eq!(refused, MessageTooLong(message.len()));
                prop_assert!(message.len() > MAX_MESSAGE_LEN);
            }
        }
    }

    #[test]
    fn receipts_enrolments_and_invokes(
        receipt in receipts(),
        (a, b, c) in any::<([u8; 32], [u8; 32], [u8; 32])>(),
        issued_at: i64,
    ) {
        prop_assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt));
        let enrolment = Enrolment { program: a, lender: b, vin_commitment: c };
        prop_assert_eq!(Enrolment::decode(&enrolment.encode()), Ok(enrolment));
        let invoke = Invoke { program: a, invocation: b, keeper: c, issued_at };
        prop_assert_eq!(Invoke::decode(&invoke.encode()), Ok(invoke));
    }

    #[test]
    fn hand_overs(
        (program, vehicle, nonce) in any::<([u8; 32], [u8; 32], [u8; 32])>(),
        (issued_at, seq, borrower, locks_until) in any::<(i64, u64, [u8; 32], i64)>(),
        code_key: [u8; 32],
        keyring in keyrings(),
    ) {
        prop_assert_eq!(Keyring::decode(&keyring.encode()), Ok(keyring));
        let hand_over =
            HandOver { program, vehicle, nonce, issued_at, seq, borrower, locks_until, keyring, code_key };
        prop_assert_eq!(HandOver::decode(&hand_over.encode()), Ok(hand_over));
    }

    #[test]
    fn hand_over_receipts(
        (program, vehicle, lender) in any::<([u8; 32], [u8; 32], [u8; 32])>(),
        (keyring_hash, nonce) in any::<([u8; 32], [u8; 32])>(),
        device_time: i64,
    ) {
        let release = Release { program, vehicle, issued_at: device_time };
        prop_assert_eq!(Release::decode(&release.encode()), Ok(release));
        let receipt = HandOverReceipt { program, vehicle, lender, keyring_hash, nonce, device_time };
        prop_assert_eq!(HandOverReceipt::decode(&receipt.encode()), Ok(receipt));
    }

    /// There is one way to write a hand-over and its receipt; key sets have few different bytes, so that many are read and many are not.
    #[test]
    fn a_hand_over_has_one_form(
        mut bytes in vec(any::<u8>(), HandOver::LEN),
        sets in vec((0..4_u8, [0..3_u8, 0..3_u8, 0..3_u8]), 3),
        mut receipt in vec(any::<u8>(), HandOverReceipt::LEN),
    ) {
        bytes[..16].copy_from_slice(&HandOver::TAG);
        bytes[16] = 1;
        for (set, (required, keys)) in bytes[201..].chunks_exact_mut(97).zip(sets) {
            set[0] = required;
            for (key, byte) in set[1..].chunks_exact_mut(32).zip(keys) {
                key.fill(byte);
            }
        }
        let (hand_over, keyring) = (HandOver::decode(&bytes), Keyring::decode(&bytes[169..492]));
        prop_assert_eq!(hand_over.map(|hand_over| hand_over.keyring), keyring);
        if let Ok(hand_over) = hand_over {
            prop_assert_eq!(hand_over.encode().to_vec(), bytes);
        }
        receipt[..16].copy_from_slice(&HandOverReceipt::TAG);
        receipt[16] = 1;
        prop_assert_eq!(HandOverReceipt::decode(&receipt).unwrap().encode().to_vec(), receipt);
    }

    /// There is one way to write a message: bytes that are read are the bytes that would be written.
    #[test]
    fn a_message_has_one_form(mut bytes in vec(any::<u8>(), 113..=347), kind in 0..4_usize) {
        let (tag, length) = [
            (Command::TAG, bytes.len()),
            (Receipt::TAG, Receipt::LEN),
            (Enrolment::TAG, Enrolment::LEN),
            (Invoke::TAG, Invoke::LEN),
        ][kind];
        bytes.resize(length.max(Command::FIXED_LEN), 1);
        bytes[..16].copy_from_slice(&tag);
        bytes[16] = 1;
        bytes[121] %= 5;
        bytes[122] %= 7;
        if kind == 0 {
            bytes[146] = u8::try_from(bytes.len() - Command::FIXED_LEN).unwrap();
            // Mostly text, so that many are read.
            bytes[147..].iter_mut().for_each(|byte| *byte &= 0x7f);
        } else {
            bytes.truncate(length);
            bytes.resize(length, 1);
        }
        if let Ok(command) = Command::decode(&bytes) {
            let mut buffer = [0; Command::MAX_LEN];
            prop_assert_eq!(command.encode_into(&mut buffer).unwrap(), &bytes);
        }
        if let Ok(receipt) = Receipt::decode(&bytes) {
            prop_assert_eq!(receipt.encode().to_vec(), bytes.clone());
        }
        if let Ok(enrolment) = Enrolment::decode(&bytes) {
            prop_assert_eq!(enrolment.encode().to_vec(), bytes.clone());
        }
        if let Ok(invoke) = Invoke::decode(&bytes) {
            prop_assert_eq!(invoke.encode().to_vec(), bytes.clone());
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_and_break_nothing(bytes in vec(any::<u8>(), 0..500)) {
        let refused = |error: DecodeError| {
            matches!(error, DecodeError::WrongTag | DecodeError::WrongLength { .. })
        };
        prop_assert!(refused(Command::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Receipt::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Enrolment::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Invoke::decode(&bytes).unwrap_err()));
        prop_assert!(refused(HandOver::decode(&bytes).unwrap_err()));
        prop_assert!(refused(HandOverReceipt::decode(&bytes).unwrap_err()));
        prop_assert!(Envelope::open(&bytes).is_err());
    }

    #[test]
    fn envelopes(seed: [u8; 32], payload in vec(any::<u8>(), 0..500)) {
        let sealed = Envelope::seal(&SigningKey::from_bytes(&seed), &payload);
        prop_assert_eq!(Envelope::open(&sealed.to_bytes()), Ok(sealed));
    }

    #[test]
    fn an_envelope_with_any_bit_turned_does_not_open(
        seed: [u8; 32],
        payload in vec(any::<u8>(), 1..200),
        bit: prop::sample::Index,
    ) {
        let mut bytes = Envelope::seal(&SigningKey::from_bytes(&seed), &payload).to_bytes();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let refusal = Envelope::open(&bytes).unwrap_err();
        prop_assert!(matches!(refusal, OpenError::BadKey | OpenError::BadSignature));
    }
}
