//! Whatever is written is read back, and whatever is read was written so.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::{Envelope, OpenError, SEAL_LEN};
use latchkey_protocol::{
    Action, Command, DecodeError, Enrolment, Invoke, MAX_MESSAGE_LEN, MessageTooLong, Outcome, Receipt,
};
use latchkey_tests_cases::cases;
use proptest::collection::vec;
use proptest::prelude::*;

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Warn), Just(Action::Lock), Just(Action::Unlock)]
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    (1..=5_u8).prop_map(|byte| Outcome::try_from(byte).unwrap())
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
    fn arbitrary_bytes_are_refused_and_break_nothing(bytes in vec(any::<u8>(), 0..400)) {
        let refused = |error: DecodeError| {
            matches!(error, DecodeError::WrongTag | DecodeError::WrongLength { .. })
        };
        prop_assert!(refused(Command::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Receipt::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Enrolment::decode(&bytes).unwrap_err()));
        prop_assert!(refused(Invoke::decode(&bytes).unwrap_err()));
        prop_assert!(Envelope::open(&bytes).is_err());
    }

    #[test]
    fn envelopes(seed: [u8; 32], payload in vec(any::<u8>(), 0..400)) {
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
