//! Codes that people type: how they are read, which number they mean, and of whom they are.

use ed25519_dalek::SigningKey;
use latchkey_protocol::code::{self, Code, CodeSecret, CodedUnlock, NotACode};
use latchkey_tests_cases::cases;
use proptest::prelude::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn secret() -> CodeSecret {
    CodeSecret::with_function(&key(1), &code::public(&key(2))).unwrap()
}

fn unlock(seq: u64) -> CodedUnlock {
    CodedUnlock { program: [1; 32], vehicle: [2; 32], invocation: [3; 32], seq }
}

#[test]
fn a_code_has_twelve_digits_however_they_are_grouped() {
    let code: Code = "001 002 003 004".parse().unwrap();
    for same in ["001002003004", "001-002-003-004", " 0010 0200 3004 "] {
        assert_eq!(same.parse(), Ok(code));
    }
    assert_eq!((code.to_string().as_str(), code.number()), ("001 002 003 004", 1));
    for wrong in
        ["", "00100200300", "0010020030045", "00100200300a", "001_002_003_004", "\u{0661}01002003004"]
    {
        assert_eq!(wrong.parse::<Code>(), Err(NotACode), "{wrong}");
    }
}

#[test]
fn a_code_means_the_next_number_that_ends_like_it() {
    let code: Code = "042 000 000 000".parse().unwrap();
    for (first, meant) in [(0, 42), (42, 42), (43, 1_042), (1_041, 1_042), (1_042, 1_042), (1_043, 2_042)] {
        assert_eq!(code.seq_from(first), Some(meant));
    }
    // 2^64 - 1 ends in 615.
    assert_eq!("615 000 000 000".parse::<Code>().unwrap().seq_from(u64::MAX), Some(u64::MAX));
    assert_eq!(code.seq_from(u64::MAX), None);
}

#[test]
fn a_code_is_of_one_unlock_one_car_and_one_function() {
    let digits = |secret: &CodeSecret, unlock: &CodedUnlock| Code::of(secret, unlock);
    let right = digits(&secret(), &unlock(7));
    for other in [
        CodedUnlock { program: [9; 32], ..unlock(7) },
        CodedUnlock { vehicle: [9; 32], ..unlock(7) },
        CodedUnlock { invocation: [9; 32], ..unlock(7) },
        unlock(1_007),
    ] {
        assert_ne!(digits(&secret(), &other), right);
    }
    for (car, function) in [(key(1), key(9)), (key(9), key(2))] {
        let other = CodeSecret::with_function(&car, &code::public(&function)).unwrap();
        assert_ne!(digits(&other, &unlock(7)), right);
    }
}

#[test]
fn a_key_of_small_order_makes_no_secret() {
    // Each gives 0 with every scalar: 0, 1, and the two points of order 8.
    let small = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    for text in small {
        let point = hex::decode(text).unwrap().try_into().unwrap();
        assert!(CodeSecret::with_function(&key(1), &point).is_none(), "{text}");
    }
    let neutral = [&[1_u8][..], &[0; 31]].concat().try_into().unwrap();
    assert!(CodeSecret::with_car(&key(1), &neutral).is_none());
    assert!(CodeSecret::with_car(&key(1), &[2; 32]).is_none(), "no point");
    assert!(!format!("{:?}", secret()).contains(char::is_numeric));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn both_sides_agree_and_a_code_is_read_as_it_is_written(
        (car, function) in any::<([u8; 32], [u8; 32])>(),
        seq: u64,
        ahead in 0..1_000_u64,
    ) {
        let (car, function) = (SigningKey::from_bytes(&car), SigningKey::from_bytes(&function));
        let here = CodeSecret::with_function(&car, &code::public(&function)).unwrap();
        let there = CodeSecret::with_car(&function, &car.verifying_key().to_bytes()).unwrap();
        let code = Code::of(&here, &unlock(seq));
        prop_assert_eq!(Code::of(&there, &unlock(seq)), code);
        prop_assert_eq!(code.to_string().parse(), Ok(code));
        prop_assert_eq!(code.seq_from(seq.saturating_sub(ahead)), Some(seq));
    }
}
