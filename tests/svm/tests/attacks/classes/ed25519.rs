//! The proof changed in one thing. The native program verifies any signature it is pointed at, so wherever that can
//! be done, it is pointed at a genuine one that is not the one that counts.

use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions::proof;
use latchkey_client::{AccountMeta, Instruction};
use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET};
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{Car, Expected, LoanFixture, Outcome};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// What is proved, at each door that asks for a proof.
const DOORS: [&str; 4] = ["confirm", "register_vehicle", "rotate_device_key", "assign"];

/// A genuine proof and the instruction it opens, changed and sent.
type Change = fn(&mut LoanFixture, Instruction, Instruction) -> Outcome;

fn with_u16(mut proof: Instruction, at: usize, value: usize) -> Instruction {
    proof.data[at..at + 2].copy_from_slice(&u16::try_from(value).expect("it fits").to_le_bytes());
    proof
}

/// The proof with a part of it copied to its end, and the field at `at` pointing there.
fn moved(mut proof: Instruction, at: usize, part: std::ops::Range<usize>) -> Instruction {
    let (copy, end) = (proof.data[part].to_vec(), proof.data.len());
    proof.data.extend(copy);
    with_u16(proof, at, end)
}

fn idle(fixture: &LoanFixture) -> Instruction {
    let stranger = fixture.stranger.pubkey();
    solana_system_interface::instruction::transfer(&stranger, &stranger, 1)
}

const MALFORMED: Expected = Expected::Rule(E::ProofMalformed);
const MISSING: Expected = Expected::Rule(E::ProofMissing);

const CHANGES: &[(&str, Expected, Change)] = &[
    ("no signature", Expected::Ed25519(0), |s, mut p, i| {
        p.data[0] = 0;
        send(s, &[p, i])
    }),
    ("no signature and nothing else", MALFORMED, |s, mut p, i| {
        p.data = vec![0, 0];
        send(s, &[p, i])
    }),
    ("two signatures where there is one", Expected::Ed25519(0), |s, mut p, i| {
        p.data[0] = 2;
        send(s, &[p, i])
    }),
    ("two genuine signatures", MALFORMED, |s, p, i| {
        let shift = 14;
        let mut data = vec![2, 0];
        for _ in 0..2 {
            for (slot, field) in p.data[2..PUBKEY_OFFSET].chunks_exact(2).enumerate() {
                let value = u16::from_le_bytes([field[0], field[1]]);
                data.extend((if [0, 2, 4].contains(&slot) { value + shift } else { value }).to_le_bytes());
            }
        }
        data.extend_from_slice(&p.data[PUBKEY_OFFSET..]);
        send(s, &[Instruction { data, ..p }, i])
    }),
    ("a padding that is not zero", MALFORMED, |s, mut p, i| {
        p.data[1] = 1;
        send(s, &[p, i])
    }),
    ("a signature offset that points at a copy", MALFORMED, |s, p, i| {
        send(s, &[moved(p, 2, SIGNATURE_OFFSET..MESSAGE_OFFSET), i])
    }),
    ("a signature offset that points at nothing", Expected::Ed25519(0), |s, p, i| {
        send(s, &[with_u16(p, 2, 0xffff), i])
    }),
    ("a signature instruction that is the proof's own number", MALFORMED, |s, p, i| {
        send(s, &[with_u16(p, 4, 0), i])
    }),
    ("a signature instruction that is another", MALFORMED, |s, p, i| {
        send(s, &[p.clone(), with_u16(p, 4, 0), i])
    }),
    ("a signature instruction that does not exist", Expected::Ed25519(0), |s, p, i| {
        send(s, &[with_u16(p, 4, 9), i])
    }),
    ("a key offset that points at a copy", MALFORMED, |s, p, i| {
        send(s, &[moved(p, 6, PUBKEY_OFFSET..SIGNATURE_OFFSET), i])
    }),
    ("a key offset that points into the signature", Expected::Ed25519(0), |s, p, i| {
        send(s, &[with_u16(p, 6, SIGNATURE_OFFSET), i])
    }),
    ("a key instruction that is the proof's own number", MALFORMED, |s, p, i| {
        send(s, &[with_u16(p, 8, 0), i])
    }),
    ("a key instruction that is another", MALFORMED, |s, p, i| send(s, &[p.clone(), with_u16(p, 8, 0), i])),
    ("a message offset that points at a copy", MALFORMED, |s, p, i| {
        let end = p.data.len();
        send(s, &[moved(p, 10, MESSAGE_OFFSET..end), i])
    }),
    ("a message offset one short", Expected::Ed25519(0), |s, p, i| {
        send(s, &[with_u16(p, 10, MESSAGE_OFFSET - 1), i])
    }),
    ("a message size one short", Expected::Ed25519(0), |s, p, i| {
        let size = p.data.len() - MESSAGE_OFFSET;
        send(s, &[with_u16(p, 12, size - 1), i])
    }),
    ("a message size beyond the end", Expected::Ed25519(0), |s, p, i| send(s, &[with_u16(p, 12, 0xffff), i])),
    ("a genuine signature of the message's start", MALFORMED, |s, p, i| {
        // The device signs sixteen bytes, as if it had been tricked into it.
        let start = if p.data[PUBKEY_OFFSET..SIGNATURE_OFFSET] == s.car.device_key().to_bytes() {
            s.car.sign(&p.data[MESSAGE_OFFSET..MESSAGE_OFFSET + 16])
        } else {
            let name = if s.chain.exists(&s.keys.loan) { "new device" } else { "new car" };
            Car::new(name).sign(&p.data[MESSAGE_OFFSET..MESSAGE_OFFSET + 16])
        };
        let mut p = with_u16(p, 12, 16);
        p.data[SIGNATURE_OFFSET..MESSAGE_OFFSET].copy_from_slice(&start.signature);
        send(s, &[p, i])
    }),
    ("a message instruction that is the proof's own number", MALFORMED, |s, p, i| {
        send(s, &[with_u16(p, 14, 0), i])
    }),
    ("a message instruction that is another", MALFORMED, |s, p, i| {
        send(s, &[p.clone(), with_u16(p, 14, 0), i])
    }),
    ("everything taken from another instruction", MALFORMED, |s, mut p, i| {
        // The thief's own genuine signature lies there; here lie the key and message that should count.
        let thiefs = proof(&Car::new("thief").sign(b"anything"));
        p.data[SIGNATURE_OFFSET..MESSAGE_OFFSET].fill(0);
        for at in [4, 8, 14] {
            p = with_u16(p, at, 0);
        }
        send(s, &[thiefs, with_u16(p, 12, 8), i])
    }),
    ("one byte more", MALFORMED, |s, mut p, i| {
        p.data.push(0);
        send(s, &[p, i])
    }),
    ("one byte less", Expected::Ed25519(0), |s, mut p, i| {
        p.data.pop();
        send(s, &[p, i])
    }),
    ("accounts of its own", MALFORMED, |s, mut p, i| {
        p.accounts.push(AccountMeta::new_readonly(s.keys.vehicle, false));
        send(s, &[p, i])
    }),
    ("a signature with one bit changed", Expected::Ed25519(0), |s, mut p, i| {
        p.data[SIGNATURE_OFFSET] ^= 1;
        send(s, &[p, i])
    }),
    ("another key's genuine signature of the message", Expected::Rule(E::ProofWrongKey), |s, p, i| {
        let forged = Car::new("thief").sign(&p.data[MESSAGE_OFFSET..]);
        send(s, &[proof(&forged), i])
    }),
    ("no proof", MISSING, |s, _, i| send(s, &[i])),
    ("the proof after it", MISSING, |s, p, i| send(s, &[i, p])),
    ("something between the proof and it", MISSING, |s, p, i| {
        let idle = idle(s);
        send(s, &[p, idle, i])
    }),
    ("something else before it and the proof after", MISSING, |s, p, i| {
        let idle = idle(s);
        send(s, &[idle, i, p])
    }),
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for door in DOORS {
        for &(what, expected, change) in CHANGES {
            cases.push(Case::new(format!("{door} on {what}"), door, expected, move |checkpoints| {
                let mut attempt = find(door).attempt(checkpoints);
                let [proof, instruction] = &attempt.instructions[..] else {
                    unreachable!("a proof and a call")
                };
                let (proof, instruction) = (proof.clone(), instruction.clone());
                change(&mut attempt.fixture, proof, instruction)
            }));
        }
    }
    cases
}
