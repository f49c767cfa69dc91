//! No message can stand for another.

use latchkey_protocol::{
    Action, Command, DecodeError, Enrolment, HandOver, HandOverReceipt, Invoke, KeySet, Keyring, Outcome,
    Receipt, Release, TAG_LEN,
};

type Decoder = fn(&[u8]) -> Result<(), DecodeError>;

const KINDS: [(&str, [u8; TAG_LEN], usize, Decoder); 7] = [
    ("command", Command::TAG, Command::FIXED_LEN, |bytes| Command::decode(bytes).map(|_| ())),
    ("receipt", Receipt::TAG, Receipt::LEN, |bytes| Receipt::decode(bytes).map(|_| ())),
    ("enrolment", Enrolment::TAG, Enrolment::LEN, |bytes| Enrolment::decode(bytes).map(|_| ())),
    ("invoke", Invoke::TAG, Invoke::LEN, |bytes| Invoke::decode(bytes).map(|_| ())),
    ("hand-over", HandOver::TAG, HandOver::LEN, |bytes| HandOver::decode(bytes).map(|_| ())),
    ("hand-over receipt", HandOverReceipt::TAG, HandOverReceipt::LEN, |bytes| {
        HandOverReceipt::decode(bytes).map(|_| ())
    }),
    ("release", Release::TAG, Release::LEN, |bytes| Release::decode(bytes).map(|_| ())),
];

/// One message of each kind, in the order of [`KINDS`].
fn messages() -> [Vec<u8>; 7] {
    let command = Command {
        program: [1; 32],
        vehicle: [2; 32],
        invocation: [3; 32],
        seq: 4,
        action: Action::Lock,
        issued_at: 5,
        not_after: 6,
        lock_until: 7,
        // As long as a receipt, so that length alone cannot tell them apart.
        message: "sixteen letters!",
    };
    let receipt = Receipt {
        program: [1; 32],
        vehicle: [2; 32],
        invocation: [3; 32],
        seq: 4,
        action: Action::Lock,
        outcome: Outcome::Applied,
        device_time: 5,
        command_hash: [6; 32],
    };
    let enrolment = Enrolment { program: [1; 32], lender: [2; 32], vin_commitment: [3; 32] };
    let invoke = Invoke { program: [1; 32], invocation: [2; 32], keeper: [3; 32], issued_at: 4 };
    let set = KeySet { required: 1, keys: [[1; 32], [2; 32], [0; 32]] };
    let keyring = Keyring { lender: [3; 32], warn: set, lock: set, unlock: set };
    let hand_over = HandOver {
        program: [1; 32],
        vehicle: [2; 32],
        nonce: [3; 32],
        issued_at: 4,
        seq: 5,
        borrower: [6; 32],
        locks_until: 7,
        keyring,
        code_key: [8; 32],
    };
    let release = Release { program: [1; 32], vehicle: [2; 32], issued_at: 3 };
    let hand_over_receipt = HandOverReceipt {
        program: [1; 32],
        vehicle: [2; 32],
        lender: [3; 32],
        keyring_hash: [4; 32],
        nonce: [5; 32],
        device_time: 6,
    };
    [
        command.encode_into(&mut [0; Command::MAX_LEN]).unwrap().to_vec(),
        receipt.encode().to_vec(),
        enrolment.encode().to_vec(),
        invoke.encode().to_vec(),
        hand_over.encode().to_vec(),
        hand_over_receipt.encode().to_vec(),
        release.encode().to_vec(),
    ]
}

#[test]
fn no_message_of_one_kind_is_read_as_another() {
    let messages = messages();
    assert_eq!(messages[0].len(), messages[1].len());
    for (written, message) in messages.iter().enumerate() {
        for (read, (kind, _, _, decode)) in KINDS.iter().enumerate() {
            assert_eq!(decode(message).is_ok(), written == read, "{} as {kind}", KINDS[written].0);
        }
    }
}

#[test]
fn no_message_becomes_another_by_cutting_or_padding_it_to_length() {
    for (written, message) in messages().iter().enumerate() {
        for (read, (kind, _, _, decode)) in KINDS.iter().enumerate() {
            if written == read {
                continue;
            }
            for length in 0..=HandOver::LEN {
                let mut forged = message.clone();
                forged.resize(length, 0);
                assert!(decode(&forged).is_err(), "{} as {kind} in {length} bytes", KINDS[written].0);
            }
        }
    }
}

#[test]
fn the_tag_alone_decides_what_a_message_is() {
    for (kind, tag, length, decode) in KINDS {
        for (other, other_tag, ..) in KINDS {
            let mut bytes = vec![1; length];
            bytes[..TAG_LEN].copy_from_slice(&other_tag);
            // A command's last fixed byte is the length of its message.
            bytes[length - 1] = 0;
            assert_eq!(decode(&bytes) == Err(DecodeError::WrongTag), tag != other_tag, "{other} as {kind}");
        }
    }
}

#[test]
fn no_tag_begins_another_and_all_have_one_length() {
    for (index, (_, tag, ..)) in KINDS.iter().enumerate() {
        assert!(tag.starts_with(b"latchkey:"));
        for (_, other, ..) in &KINDS[index + 1..] {
            let text = |tag: &[u8; TAG_LEN]| tag.iter().take_while(|byte| **byte != 0).count();
            assert_ne!(tag[..text(tag)], other[..text(tag).min(text(other))]);
        }
    }
}

#[test]
fn every_bit_of_the_tag_counts() {
    for (message, (kind, .., decode)) in messages().iter().zip(KINDS) {
        for bit in 0..TAG_LEN * 8 {
            let mut bent = message.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&bent), Err(DecodeError::WrongTag), "{kind}, bit {bit}");
        }
    }
}
