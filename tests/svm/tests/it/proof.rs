//! The ed25519 instruction must be, byte for byte, the one expected. The native program verifies any signature it is
//! pointed at; each test here points it at one that is genuine and not the one that counts.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_client::instructions::proof;
use latchkey_client::{AccountMeta, Instruction};
use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET, header};
use latchkey_protocol::{Receipt, sealed::Envelope};
use latchkey_tests_svm::{Car, DAY, LoanFixture, swap, through_another_program};
use solana_sdk::signer::Signer;

/// Where the header keeps each field, two bytes each but the first.
mod field {
    pub const COUNT: usize = 0;
    pub const PADDING: usize = 1;
    pub const SIGNATURE_OFFSET: usize = 2;
    pub const SIGNATURE_INSTRUCTION: usize = 4;
    pub const KEY_OFFSET: usize = 6;
    pub const KEY_INSTRUCTION: usize = 8;
    pub const MESSAGE_OFFSET: usize = 10;
    pub const MESSAGE_SIZE: usize = 12;
    pub const MESSAGE_INSTRUCTION: usize = 14;
}

/// A claimed lock, the proof that settles it, and the instruction it settles.
fn claimed() -> (LoanFixture, Instruction, Instruction) {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let [proof, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    (fixture, proof, confirm)
}

fn with_u16(mut proof: Instruction, at: usize, value: u16) -> Instruction {
    proof.data[at..at + 2].copy_from_slice(&value.to_le_bytes());
    proof
}

fn idle(fixture: &LoanFixture) -> Instruction {
    let stranger = fixture.stranger.pubkey();
    solana_system_interface::instruction::transfer(&stranger, &stranger, 1)
}

#[test]
fn the_proof_as_it_should_be_is_accepted() {
    let (mut fixture, proof, confirm) = claimed();
    assert_eq!(proof.data[..PUBKEY_OFFSET], header(u16::try_from(Receipt::LEN).unwrap()));
    fixture.chain.send(&[proof, confirm], &[]).holds();
}

#[test]
fn each_instruction_index_must_mean_this_instruction() {
    let (mut fixture, proof, confirm) = claimed();
    // Index 0 is the proof itself, so the native program verifies the very same bytes.
    for at in [field::SIGNATURE_INSTRUCTION, field::KEY_INSTRUCTION, field::MESSAGE_INSTRUCTION] {
        let pointed = with_u16(proof.clone(), at, 0);
        fixture.chain.send(&[pointed, confirm.clone()], &[]).breaks(LatchkeyError::ProofMalformed);
    }
}

#[test]
fn a_signature_taken_from_another_instruction_proves_nothing() {
    let (mut fixture, genuine, confirm) = claimed();
    // The attacker's own, well signed message lies in an instruction of its own; the key and receipt that the
    // contract would read if it only looked in the usual places lie here.
    let attacker = Car::new("attacker").sign(b"anything");
    let elsewhere = proof(&attacker);
    let mut pointed = genuine;
    pointed.data[SIGNATURE_OFFSET..MESSAGE_OFFSET].fill(0);
    for at in [field::SIGNATURE_INSTRUCTION, field::KEY_INSTRUCTION, field::MESSAGE_INSTRUCTION] {
        pointed = with_u16(pointed, at, 0);
    }
    pointed = with_u16(pointed, field::MESSAGE_SIZE, 8);
    fixture.chain.send(&[elsewhere, pointed, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn a_key_taken_from_inside_the_message_proves_nothing() {
    let (mut fixture, ..) = claimed();
    // The command's hash is any 32 bytes, so it can be the attacker's key, and then the attacker signs.
    let attacker = Car::new("attacker");
    let receipt = Receipt { command_hash: attacker.device_key().to_bytes(), ..fixture.receipt(1) };
    let signed = attacker.sign(&receipt.encode());
    let [proof, confirm] =
        fixture.confirmation(&Envelope { signer: fixture.car.device_key().to_bytes(), ..signed });
    let in_the_message = u16::try_from(MESSAGE_OFFSET + Receipt::LEN - 32).unwrap();
    let pointed = with_u16(proof, field::KEY_OFFSET, in_the_message);
    fixture.chain.send(&[pointed, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn a_signature_over_the_start_of_the_message_proves_nothing() {
    let (mut fixture, genuine, confirm) = claimed();
    let start = fixture.car.sign(&fixture.receipt(1).encode()[..16]);
    let mut short = with_u16(genuine, field::MESSAGE_SIZE, 16);
    short.data[SIGNATURE_OFFSET..MESSAGE_OFFSET].copy_from_slice(&start.signature);
    fixture.chain.send(&[short, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn the_padding_must_be_zero() {
    let (mut fixture, mut proof, confirm) = claimed();
    proof.data[field::PADDING] = 1;
    fixture.chain.send(&[proof, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

/// Alone, these leave no genuine signature in sight, so that the native program itself refuses.
#[test]
fn offsets_and_counts_that_point_at_nothing_fail_before_the_contract_runs() {
    let (mut fixture, proof, confirm) = claimed();
    let altered = [
        with_u16(proof.clone(), field::SIGNATURE_OFFSET, 47),
        with_u16(proof.clone(), field::SIGNATURE_OFFSET, 49),
        with_u16(proof.clone(), field::SIGNATURE_OFFSET, u16::MAX),
        with_u16(proof.clone(), field::KEY_OFFSET, 15),
        with_u16(proof.clone(), field::KEY_OFFSET, 17),
        with_u16(proof.clone(), field::MESSAGE_OFFSET, 111),
        with_u16(proof.clone(), field::MESSAGE_OFFSET, 113),
        with_u16(proof.clone(), field::MESSAGE_SIZE, 164),
        with_u16(proof.clone(), field::MESSAGE_SIZE, 162),
        with_u16(proof.clone(), field::COUNT, 0),
        with_u16(proof.clone(), field::COUNT, 2),
        with_u16(proof, field::COUNT, 255),
    ];
    for proof in altered {
        fixture.chain.send(&[proof, confirm.clone()], &[]).fails_at(0);
    }
}

#[test]
fn a_proof_with_a_byte_more_is_refused() {
    let (mut fixture, mut proof, confirm) = claimed();
    proof.data.push(0);
    fixture.chain.send(&[proof, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn a_proof_of_two_signatures_is_refused() {
    let (mut fixture, proof, confirm) = claimed();
    // Both signatures are genuine and the same; only their number is wrong.
    let shift = 14;
    let mut data = vec![2, 0];
    for _ in 0..2 {
        for (slot, field) in proof.data[2..PUBKEY_OFFSET].chunks_exact(2).enumerate() {
            let value = u16::from_le_bytes([field[0], field[1]]);
            let is_offset = [0, 2, 4].contains(&slot);
            data.extend((if is_offset { value + shift } else { value }).to_le_bytes());
        }
    }
    data.extend_from_slice(&proof.data[PUBKEY_OFFSET..]);
    let two = Instruction { data, ..proof };
    fixture.chain.send(&[two, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn a_proof_that_names_accounts_is_refused() {
    let (mut fixture, mut proof, confirm) = claimed();
    proof.accounts.push(AccountMeta::new_readonly(fixture.keys.loan, false));
    fixture.chain.send(&[proof, confirm], &[]).breaks(LatchkeyError::ProofMalformed);
}

#[test]
fn the_proof_is_the_instruction_just_before() {
    let (mut fixture, proof, confirm) = claimed();
    let idle = idle(&fixture);
    let stranger = fixture.stranger.insecure_clone();
    for wrong in [
        vec![confirm.clone(), proof.clone()],
        vec![proof.clone(), idle.clone(), confirm.clone()],
        vec![idle.clone(), confirm.clone(), proof.clone()],
        vec![confirm.clone()],
    ] {
        let signers = [&stranger];
        let signs = wrong.contains(&idle);
        let outcome = fixture.chain.send(&wrong, if signs { &signers } else { &[] });
        outcome.breaks(LatchkeyError::ProofMissing);
    }
    fixture.chain.send(&[idle.clone(), proof, confirm, idle], &[&stranger]).holds();
}

#[test]
fn one_proof_serves_one_instruction() {
    let (mut fixture, proof, confirm) = claimed();
    let (_, first) = fixture.turn_to_another_car();
    fixture.at(fixture.terms.first_due + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let [_, other] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    assert_ne!(first.vehicle, fixture.keys.vehicle);
    fixture.chain.send(&[proof, confirm, other], &[]).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn the_instructions_sysvar_is_known_by_its_address() {
    let (mut fixture, proof, confirm) = claimed();
    let sysvar = confirm.accounts.last().unwrap().pubkey;
    let fake = swap(confirm, &sysvar, &fixture.stranger.pubkey());
    let address = anchor_lang::error::ErrorCode::ConstraintAddress;
    fixture.chain.send(&[proof, fake], &[]).breaks_constraint(address);
}

#[test]
fn a_proof_does_not_reach_through_another_program() {
    let (mut fixture, proof, confirm) = claimed();
    let called = through_another_program(&mut fixture.chain, confirm.clone());
    fixture.chain.send(&[proof.clone(), called], &[]).breaks(LatchkeyError::NotTopLevel);
    fixture.chain.send(&[proof, confirm], &[]).holds();
}
