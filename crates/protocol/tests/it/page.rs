//! `docs/protocol.md` says what the code does: its bytes are the vectors', its offsets the layouts'.

use std::collections::BTreeSet;

use latchkey_protocol::code::CodedUnlock;
use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET};
use latchkey_protocol::sealed::SEAL_LEN;
use latchkey_protocol::{
    Action, Command, Enrolment, HandOver, HandOverReceipt, Invoke, Keyring, MAX_MESSAGE_LEN, Outcome,
    Receipt, Release,
};
use serde_json::Value;

use crate::vectors;

const PAGE: &str = include_str!("../../../../docs/protocol.md");

/// A keyring is a lender and one key set an action.
const KEY_SET_LEN: usize = (Keyring::LEN - 32) / Action::ALL.len();

/// The fenced blocks of this kind: what follows the kind, and the text.
fn blocks(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGE.split("\n```").filter_map(move |block| {
        let (info, text) = block.split_once('\n')?;
        Some((info.strip_prefix(kind)?.trim(), text))
    })
}

/// The text from this heading to the next.
fn section(heading: &str) -> &'static str {
    let start = PAGE.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let text = &PAGE[start + 1 + heading.len()..];
    &text[..text.find("\n#").unwrap_or(text.len())]
}

/// The rows of a section's table whose first cell is a number.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    section(heading)
        .lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()))
        .map(cells)
        .collect()
}

#[test]
fn every_byte_of_the_worked_example_is_a_vectors() {
    let vectors: Value = serde_json::from_str(vectors::TEXT).unwrap();
    let mut shown = BTreeSet::new();
    for (path, text) in blocks("hex ") {
        let pointer = format!("/{}", path.replace('.', "/"));
        let expected = vectors.pointer(&pointer).unwrap_or_else(|| panic!("no vector {path}"));
        let digits: String = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(|line| line.chars().filter(|c| !c.is_whitespace()))
            .collect();
        assert_eq!(&Value::String(digits), expected, "{path}");
        shown.insert(path);
    }
    let wanted = [
        "code_key",
        "codes.unlock.bytes",
        "codes.unlock.sha256",
        "commands.lock.bytes",
        "commands.lock.envelope",
        "commands.lock.sha256",
        "enrolment.envelope",
        "hand_over_receipts.sale.envelope",
        "hand_overs.sale.cosigned",
        "hand_overs.sale.keyring.sha256",
        "invoke.envelope",
        "keys.code.seed",
        "keys.command.public",
        "keys.command.seed",
        "keys.device.public",
        "keys.device.seed",
        "receipts.applied.bytes",
        "receipts.applied.envelope",
        "receipts.applied.instruction",
        "release.envelope",
        "vehicle",
    ];
    assert_eq!(shown, BTreeSet::from(wanted));
    let code = vectors["codes"]["unlock"]["code"].as_str().unwrap();
    assert!(PAGE.contains(&format!("The driver types `{code}`")));
}

#[test]
fn no_bytes_stand_outside_the_checked_blocks() {
    let outside: String = PAGE.split("\n```").filter(|block| !block.starts_with("hex ")).collect();
    let is_run = |word: &&str| word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit());
    assert_eq!(outside.split(|c: char| !c.is_ascii_alphanumeric()).find(is_run), None);
}

#[test]
fn the_vehicle_of_the_example_has_its_name_in_base58() {
    let vectors: Value = serde_json::from_str(vectors::TEXT).unwrap();
    let name = vectors["topics"][0]["base58"].as_str().unwrap();
    assert_eq!(vectors["topics"][0]["address"], vectors["vehicle"]);
    for kind in ["command", "receipt"] {
        assert!(PAGE.contains(&format!("latchkey/v1/{name}/{kind}")));
    }
}

#[test]
fn the_offsets_of_every_layout_add_up_to_the_lengths_in_the_code() {
    let layouts = [
        ("### Command", Command::FIXED_LEN, "0 to 200"),
        ("### Receipt", Receipt::LEN, ""),
        ("### Enrolment", Enrolment::LEN, ""),
        ("### Invoke", Invoke::LEN, ""),
        ("### Hand-over", HandOver::LEN, ""),
        ("### Keyring", Keyring::LEN, ""),
        ("### Key set", KEY_SET_LEN, ""),
        ("### Hand-over receipt", HandOverReceipt::LEN, ""),
        ("## Codes", CodedUnlock::LEN, ""),
        ("## Envelopes", SEAL_LEN, "the rest"),
        ("## How the chain checks a receipt", MESSAGE_OFFSET + Receipt::LEN, ""),
    ];
    for (heading, length, open_end) in layouts {
        let mut at = 0;
        for row in rows(heading) {
            assert_eq!(row[0].parse::<usize>().unwrap(), at, "{heading}: {row:?}");
            let fixed = match row[2] {
                "u8" => Some(1),
                "u16" => Some(2),
                "u64" | "i64" => Some(8),
                "key" | "hash" => Some(32),
                "signature" => Some(64),
                "keyring" => Some(Keyring::LEN),
                "key set" => Some(KEY_SET_LEN),
                _ => None,
            };
            match row[1].parse::<usize>() {
                Ok(size) => {
                    assert!(fixed.is_none_or(|fixed| fixed == size), "{heading}: {row:?}");
                    at += size;
                }
                Err(_) => assert_eq!(row[1], open_end, "{heading}"),
            }
        }
        assert_eq!(at, length, "{heading}");
    }
    assert_eq!(Command::MAX_LEN, Command::FIXED_LEN + MAX_MESSAGE_LEN);
}

#[test]
fn the_ed25519_instruction_has_its_parts_where_the_code_has_them() {
    let at = |field: &str| {
        let rows = rows("## How the chain checks a receipt");
        let row = rows.iter().find(|row| row[3] == field).unwrap().clone();
        (row[0].parse::<usize>().unwrap(), row[4].split([':', ';']).next().unwrap().to_owned())
    };
    for (part, offset) in
        [("key", PUBKEY_OFFSET), ("signature", SIGNATURE_OFFSET), ("message", MESSAGE_OFFSET)]
    {
        assert_eq!(at(part).0, offset);
        assert_eq!(at(&format!("{part} offset")).1, offset.to_string());
        assert_eq!(at(&format!("{part} instruction")).1, u16::MAX.to_string());
    }
    assert_eq!(at("message length").1, Receipt::LEN.to_string());
}

#[test]
fn actions_and_outcomes_have_the_bytes_and_names_of_the_code() {
    let listed = |heading: &str| -> Vec<(u8, String)> {
        rows(heading).iter().map(|row| (row[0].parse().unwrap(), row[1].to_owned())).collect()
    };
    let actions =
        (0..=u8::MAX).filter_map(|byte| Some((byte, format!("{:?}", Action::try_from(byte).ok()?))));
    assert_eq!(listed("### Actions"), actions.collect::<Vec<_>>());
    let outcomes =
        (0..=u8::MAX).filter_map(|byte| Some((byte, format!("{:?}", Outcome::try_from(byte).ok()?))));
    assert_eq!(listed("### Outcomes"), outcomes.collect::<Vec<_>>());
}

#[test]
fn the_lengths_in_the_text_are_the_codes() {
    let says = |text: String| assert!(PAGE.contains(&text), "the page does not say: {text}");
    says(format!("{} to {} bytes.", Command::FIXED_LEN, Command::MAX_LEN));
    says(format!("{} bytes.", Receipt::LEN));
    says(format!("{} bytes. A car signs it", Enrolment::LEN));
    says(format!("{} bytes. A keeper's or the borrower's request", Invoke::LEN));
    says(format!("{} bytes. An order to a car", HandOver::LEN));
    says(format!("{} bytes, inside a hand-over.", Keyring::LEN));
    says(format!("{KEY_SET_LEN} bytes: the command keys"));
    says(format!("{} bytes. The car's proof", HandOverReceipt::LEN));
    says(format!("SHA-256 of the keyring's {} bytes", Keyring::LEN));
    says(format!("hashes the keyring's {} bytes", Keyring::LEN));
    says(format!("with the message length {}.", HandOverReceipt::LEN));
    says(format!(
        "With one signature, a command's envelope has {} to {} bytes, a receipt's {}, an enrolment's {}, an invoke's {}, a\n\
         hand-over's {}, a hand-over receipt's {}, a release's {}. Each further signature adds {SEAL_LEN}.",
        SEAL_LEN + Command::FIXED_LEN,
        SEAL_LEN + Command::MAX_LEN,
        SEAL_LEN + Receipt::LEN,
        SEAL_LEN + Enrolment::LEN,
        SEAL_LEN + Invoke::LEN,
        SEAL_LEN + HandOver::LEN,
        SEAL_LEN + HandOverReceipt::LEN,
        SEAL_LEN + Release::LEN,
    ));
    says(format!("computed from these {} bytes", CodedUnlock::LEN));
    says(format!("{} bytes. An order to a car whose loan has ended", Release::LEN));
    says(format!("the hand-over's {} bytes", HandOver::LEN));
    for tag in [
        Command::TAG,
        Receipt::TAG,
        Enrolment::TAG,
        Invoke::TAG,
        HandOver::TAG,
        HandOverReceipt::TAG,
        Release::TAG,
    ] {
        says(format!("| `{}`", String::from_utf8_lossy(&tag).trim_end_matches('\0')));
    }
}
