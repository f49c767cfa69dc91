//! Every length, number and text that is almost right is refused, with the error that says what is wrong.

use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET, header, instruction_data};
use latchkey_protocol::{
    Action, Command, DecodeError, Enrolment, HandOver, HandOverReceipt, Invoke, Key, KeySet, Keyring,
    MAX_MESSAGE_LEN, MessageTooLong, Outcome, Receipt, VERSION,
};

const VERSION_AT: usize = 16;
const ACTION_AT: usize = 121;
const OUTCOME_AT: usize = 122;
const MESSAGE_LEN_AT: usize = 146;

fn command(message: &str) -> Command<'_> {
    Command {
        program: [1; 32],
        vehicle: [2; 32],
        invocation: [3; 32],
        seq: 4,
        action: Action::Lock,
        issued_at: 5,
        not_after: 6,
        lock_until: 7,
        message,
    }
}

fn encoded(message: &str) -> Vec<u8> {
    command(message).encode_into(&mut [0; Command::MAX_LEN]).unwrap().to_vec()
}

fn receipt() -> [u8; Receipt::LEN] {
    Receipt {
        program: [1; 32],
        vehicle: [2; 32],
        invocation: [3; 32],
        seq: 4,
        action: Action::Lock,
        outcome: Outcome::Applied,
        device_time: 5,
        command_hash: [6; 32],
    }
    .encode()
}

const NO_KEY: Key = [0; 32];

/// One key a set.
fn keyring() -> Keyring {
    let set = KeySet { required: 1, keys: [[1; 32], NO_KEY, NO_KEY] };
    Keyring { lender: [4; 32], warn: set, lock: set, unlock: set }
}

fn hand_over(keyring: &Keyring) -> HandOver {
    HandOver {
        program: [1; 32],
        vehicle: [2; 32],
        nonce: [3; 32],
        issued_at: 4,
        seq: 5,
        borrower: [6; 32],
        locks_until: 7,
        keyring: *keyring,
        code_key: [8; 32],
    }
}

fn hand_over_receipt() -> [u8; HandOverReceipt::LEN] {
    HandOverReceipt {
        program: [1; 32],
        vehicle: [2; 32],
        lender: [3; 32],
        keyring_hash: [4; 32],
        nonce: [5; 32],
        device_time: 6,
    }
    .encode()
}

fn with(bytes: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at] = byte;
    changed
}

#[test]
fn the_longest_message_has_200_bytes() {
    let longest = "a".repeat(MAX_MESSAGE_LEN);
    let bytes = encoded(&longest);
    assert_eq!(bytes.len(), Command::MAX_LEN);
    assert_eq!(Command::decode(&bytes), Ok(command(&longest)));
    for length in [201, 255, 256, 456, 65_536 + 1] {
        let long = "a".repeat(length);
        let refused = command(&long).encode_into(&mut [0; Command::MAX_LEN]).map(<[u8]>::len);
        assert_eq!(refused, Err(MessageTooLong(length)));
    }
}

#[test]
fn the_limit_counts_bytes_and_not_characters() {
    assert_eq!(encoded(&"ü".repeat(100)).len(), Command::MAX_LEN);
    let long = "ü".repeat(101);
    assert_eq!(
        command(&long).encode_into(&mut [0; Command::MAX_LEN]).map(<[u8]>::len),
        Err(MessageTooLong(202))
    );
}

#[test]
fn a_message_that_says_it_is_too_long_is_refused_even_if_all_of_it_is_there() {
    for length in [201_u8, 255] {
        let mut bytes = with(&encoded(""), MESSAGE_LEN_AT, length);
        bytes.resize(Command::FIXED_LEN + usize::from(length), b'a');
        assert_eq!(Command::decode(&bytes), Err(DecodeError::MessageTooLong(usize::from(length))));
    }
}

#[test]
fn a_command_cut_short_anywhere_is_refused_for_its_length() {
    let bytes = encoded("Please pay.");
    for length in 0..bytes.len() {
        let expected = if length < Command::FIXED_LEN { Command::FIXED_LEN } else { bytes.len() };
        assert_eq!(
            Command::decode(&bytes[..length]),
            Err(DecodeError::WrongLength { expected, found: length })
        );
    }
}

#[test]
fn fixed_messages_have_one_length() {
    let enrolment = Enrolment { program: [1; 32], lender: [2; 32], vin_commitment: [3; 32] }.encode();
    let invoke = Invoke { program: [1; 32], invocation: [2; 32], keeper: [3; 32], issued_at: 4 }.encode();
    let refused = |expected, found| Err(DecodeError::WrongLength { expected, found });
    let cut = |bytes: &[u8], length: usize| {
        let mut cut = bytes.to_vec();
        cut.resize(length, 0);
        cut
    };
    for length in (0..400).filter(|length| *length != Receipt::LEN) {
        let decoded = Receipt::decode(&cut(&receipt(), length)).map(|_| ());
        assert_eq!(decoded, refused(Receipt::LEN, length));
    }
    for length in (0..400).filter(|length| *length != Enrolment::LEN) {
        let decoded = Enrolment::decode(&cut(&enrolment, length)).map(|_| ());
        assert_eq!(decoded, refused(Enrolment::LEN, length));
    }
    for length in (0..400).filter(|length| *length != Invoke::LEN) {
        let decoded = Invoke::decode(&cut(&invoke, length)).map(|_| ());
        assert_eq!(decoded, refused(Invoke::LEN, length));
    }
    for length in (0..500).filter(|length| *length != HandOver::LEN) {
        let decoded = HandOver::decode(&cut(&hand_over(&keyring()).encode(), length)).map(|_| ());
        assert_eq!(decoded, refused(HandOver::LEN, length));
    }
    for length in (0..500).filter(|length| *length != HandOverReceipt::LEN) {
        let decoded = HandOverReceipt::decode(&cut(&hand_over_receipt(), length)).map(|_| ());
        assert_eq!(decoded, refused(HandOverReceipt::LEN, length));
    }
    for length in (0..500).filter(|length| *length != Keyring::LEN) {
        let decoded = Keyring::decode(&cut(&keyring().encode(), length)).map(|_| ());
        assert_eq!(decoded, refused(Keyring::LEN, length));
    }
}

#[test]
fn nothing_may_follow_a_command() {
    for message in ["", "Please pay.", &"a".repeat(MAX_MESSAGE_LEN)] {
        let mut bytes = encoded(message);
        bytes.push(0);
        assert_eq!(
            Command::decode(&bytes),
            Err(DecodeError::WrongLength { expected: bytes.len() - 1, found: bytes.len() })
        );
    }
}

#[test]
fn the_length_of_the_message_is_what_it_says() {
    let bytes = encoded("Please pay.");
    for length in (0..=200_u8).filter(|length| *length != 11) {
        assert_eq!(
            Command::decode(&with(&bytes, MESSAGE_LEN_AT, length)),
            Err(DecodeError::WrongLength {
                expected: Command::FIXED_LEN + usize::from(length),
                found: bytes.len()
            })
        );
    }
}

#[test]
fn there_is_one_version() {
    let enrolment = Enrolment { program: [1; 32], lender: [2; 32], vin_commitment: [3; 32] }.encode();
    let invoke = Invoke { program: [1; 32], invocation: [2; 32], keeper: [3; 32], issued_at: 4 }.encode();
    for version in (0..=u8::MAX).filter(|version| *version != VERSION) {
        let at = |bytes: &[u8]| with(bytes, VERSION_AT, version);
        let unknown = Err(DecodeError::UnknownVersion(version));
        assert_eq!(Command::decode(&at(&encoded(""))).map(|_| ()), unknown);
        assert_eq!(Receipt::decode(&at(&receipt())).map(|_| ()), unknown);
        assert_eq!(Enrolment::decode(&at(&enrolment)).map(|_| ()), unknown);
        assert_eq!(Invoke::decode(&at(&invoke)).map(|_| ()), unknown);
        assert_eq!(HandOver::decode(&at(&hand_over(&keyring()).encode())).map(|_| ()), unknown);
        assert_eq!(HandOverReceipt::decode(&at(&hand_over_receipt())).map(|_| ()), unknown);
    }
}

#[test]
fn there_are_three_actions_and_eight_outcomes() {
    for byte in 0..=u8::MAX {
        let command = with(&encoded(""), ACTION_AT, byte);
        let asked = with(&receipt(), ACTION_AT, byte);
        let done = with(&receipt(), OUTCOME_AT, byte);
        match Action::try_from(byte) {
            Ok(action) => {
                assert!((1..=3).contains(&byte));
                assert_eq!(action as u8, byte);
                assert_eq!(Command::decode(&command).unwrap().action, action);
                assert_eq!(Receipt::decode(&asked).unwrap().action, action);
            }
            Err(error) => {
                assert_eq!(error, DecodeError::UnknownAction(byte));
                assert_eq!(Command::decode(&command), Err(error));
                assert_eq!(Receipt::decode(&asked), Err(error));
            }
        }
        match Outcome::try_from(byte) {
            Ok(outcome) => {
                assert!((1..=8).contains(&byte));
                assert_eq!(outcome as u8, byte);
                assert_eq!(Receipt::decode(&done).unwrap().outcome, outcome);
            }
            Err(error) => {
                assert_eq!(error, DecodeError::UnknownOutcome(byte));
                assert_eq!(Receipt::decode(&done), Err(error));
            }
        }
    }
}

/// The rules of a key set, once more and from the page alone: which sets of these keys are one, and why not.
fn verdict(required: u8, keys: [Key; 3], unlock: bool) -> Result<(), DecodeError> {
    let [first, second, third] = keys.map(|key| key != NO_KEY);
    let count: u8 = match (first, second, third) {
        (false, false, false) => 0,
        (true, false, false) => 1,
        (true, true, false) => 2,
        (true, true, true) => 3,
        _ => return Err(DecodeError::KeyAfterZero),
    };
    let twice = match count {
        2 => keys[0] == keys[1],
        3 => keys[0] == keys[1] || keys[0] == keys[2] || keys[1] == keys[2],
        _ => false,
    };
    if twice {
        Err(DecodeError::EqualKeys)
    } else if !(1..=count).contains(&required) {
        Err(DecodeError::RequiredOutOfRange { required, keys: count.into() })
    } else if unlock && required > 1 {
        Err(DecodeError::UnlockNeedsOne(required))
    } else {
        Ok(())
    }
}

#[test]
fn a_key_set_is_read_if_it_obeys_every_rule_and_refused_for_the_one_it_breaks() {
    let (mut first_byte, mut last_byte) = (NO_KEY, NO_KEY);
    first_byte[0] = 1;
    last_byte[31] = 1;
    // Keys that are zero but for one byte are set.
    let choices = [NO_KEY, first_byte, last_byte, [0xff; 32]];
    let mut read = [0; 3];
    for combination in 0..choices.len().pow(3) {
        let keys = [combination / 16, combination / 4 % 4, combination % 4].map(|choice| choices[choice]);
        for required in (0..=4).chain([128, 255]) {
            let set = KeySet { required, keys };
            let places = [
                Keyring { warn: set, ..keyring() },
                Keyring { lock: set, ..keyring() },
                Keyring { unlock: set, ..keyring() },
            ];
            for (place, ring) in places.into_iter().enumerate() {
                let expected = verdict(required, keys, place == 2);
                assert_eq!(Keyring::decode(&ring.encode()), expected.map(|()| ring), "{ring:?}");
                let order = hand_over(&ring);
                assert_eq!(HandOver::decode(&order.encode()), expected.map(|()| order), "{ring:?}");
                read[place] += usize::from(expected.is_ok());
            }
        }
    }
    // Of three keys: 3 sets of one, 6 of two, 6 of three, in every order, with each number that may have to sign.
    assert_eq!(read, [3 + 6 * 2 + 6 * 3, 3 + 6 * 2 + 6 * 3, 3 + 6 + 6]);
}

#[test]
fn sets_are_judged_in_their_order_and_the_number_for_an_unlock_last() {
    let set = |required| KeySet { required, keys: [[1; 32], [2; 32], NO_KEY] };
    let wrong = |required| Err(DecodeError::RequiredOutOfRange { required, keys: 2 });
    let read = |warn, lock, unlock| {
        Keyring::decode(
            &Keyring { lender: [4; 32], warn: set(warn), lock: set(lock), unlock: set(unlock) }.encode(),
        )
        .map(|_| ())
    };
    assert_eq!(read(3, 4, 5), wrong(3));
    assert_eq!(read(2, 4, 5), wrong(4));
    assert_eq!(read(2, 2, 5), wrong(5));
    assert_eq!(read(2, 2, 2), Err(DecodeError::UnlockNeedsOne(2)));
    assert_eq!(read(2, 2, 1), Ok(()));
}

#[test]
fn one_key_may_stand_in_every_set() {
    assert_eq!(Keyring::decode(&keyring().encode()), Ok(keyring()));
}

#[test]
fn a_message_that_is_not_utf_8_is_refused() {
    let wrong: [&[u8]; 7] =
        [b"\x80", b"\xff", b"\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ok \xe2\x82"];
    for text in wrong {
        let mut bytes = with(&encoded(""), MESSAGE_LEN_AT, u8::try_from(text.len()).unwrap());
        bytes.extend_from_slice(text);
        assert_eq!(Command::decode(&bytes), Err(DecodeError::MessageNotUtf8), "{text:?}");
    }
}

#[test]
fn the_sentence_of_each_error_tells_what_was_found() {
    let sentences = [
        (DecodeError::WrongLength { expected: 163, found: 162 }, "162 bytes where 163 are expected"),
        (DecodeError::UnknownVersion(9), "version 9 is unknown: this side speaks 1"),
        (DecodeError::UnknownAction(9), "no action has the byte 9"),
        (DecodeError::UnknownOutcome(9), "no outcome has the byte 9"),
        (DecodeError::MessageTooLong(201), "the driver's message has 201 bytes: at most 200 fit"),
        (DecodeError::KeyAfterZero, "a key stands after a zero key: keys that are not set stand last"),
        (DecodeError::EqualKeys, "a key set names one key twice"),
        (
            DecodeError::RequiredOutOfRange { required: 3, keys: 2 },
            "3 signatures of 2 keys: at least one must sign, and at most each key",
        ),
        (DecodeError::UnlockNeedsOne(2), "2 signatures for an unlock: an unlock needs one"),
    ];
    for (error, sentence) in sentences {
        assert_eq!(error.to_string(), sentence);
    }
    assert_eq!(MessageTooLong(201).to_string(), DecodeError::MessageTooLong(201).to_string());
}

#[test]
fn the_ed25519_header_names_one_signature_inside_the_instruction() {
    let header = header(Receipt::LEN.try_into().unwrap());
    let field = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    assert_eq!(header[..2], [1, 0]);
    assert_eq!(
        [field(2), field(6), field(10)].map(usize::from),
        [SIGNATURE_OFFSET, PUBKEY_OFFSET, MESSAGE_OFFSET]
    );
    assert_eq!([field(4), field(8), field(14)], [u16::MAX; 3]);
    assert_eq!(usize::from(field(12)), Receipt::LEN);
}

#[test]
fn instruction_data_is_written_only_where_it_fits() {
    let mut exact = vec![0; MESSAGE_OFFSET + Receipt::LEN];
    let written = instruction_data(&[1; 32], &[2; 64], &receipt(), &mut exact).map(<[u8]>::len);
    assert_eq!(written, Some(MESSAGE_OFFSET + Receipt::LEN));
    let mut short = vec![0; MESSAGE_OFFSET + Receipt::LEN - 1];
    assert!(instruction_data(&[1; 32], &[2; 64], &receipt(), &mut short).is_none());

    let mut huge = vec![0; MESSAGE_OFFSET + 65_536];
    assert!(instruction_data(&[1; 32], &[2; 64], &vec![3; 65_535], &mut huge).is_some());
    assert!(instruction_data(&[1; 32], &[2; 64], &vec![3; 65_536], &mut huge).is_none());
}
