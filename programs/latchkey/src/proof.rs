//! Proof that a device signed a message: the ed25519 instruction just before the current one.
//!
//! The ed25519 program verifies any signature it is given, wherever its offsets point. So the whole instruction is
//! rebuilt here and compared byte for byte; only the 64 signature bytes, which that program has verified, are free.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{TRANSACTION_LEVEL_STACK_HEIGHT, get_stack_height};
use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET, header};
use solana_instructions_sysvar::{load_current_index_checked, load_instruction_at_checked};

use crate::errors::LatchkeyError;
use crate::rules::check;

/// The native program that verifies ed25519 signatures.
const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");

/// The sysvar that shows a transaction's instructions.
pub const INSTRUCTIONS_SYSVAR: Pubkey = pubkey!("Sysvar1nstructions1111111111111111111111111");

/// SHA-256, by the runtime's own call on chain.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    solana_sha256_hasher::hash(bytes).to_bytes()
}

/// Checks that the instruction just before this one proves that `key` signed exactly `message`. `instructions` must
/// be the instructions sysvar, which the accounts' address constraint sees to.
pub fn check_signed(instructions: &AccountInfo, key: &Pubkey, message: &[u8]) -> Result<()> {
    check(get_stack_height() == TRANSACTION_LEVEL_STACK_HEIGHT, LatchkeyError::NotTopLevel)?;
    let current = load_current_index_checked(instructions)?;
    let before = current.checked_sub(1).ok_or(LatchkeyError::ProofMissing)?;
    let proof = load_instruction_at_checked(usize::from(before), instructions)?;

    check(proof.program_id == ED25519_PROGRAM, LatchkeyError::ProofMissing)?;
    check(proof.accounts.is_empty(), LatchkeyError::ProofMalformed)?;
    check(proof.data.len() == MESSAGE_OFFSET + message.len(), LatchkeyError::ProofMalformed)?;
    let length = u16::try_from(message.len()).map_err(|_| LatchkeyError::ProofMalformed)?;
    check(proof.data[..PUBKEY_OFFSET] == header(length), LatchkeyError::ProofMalformed)?;
    check(proof.data[PUBKEY_OFFSET..SIGNATURE_OFFSET] == key.to_bytes(), LatchkeyError::ProofWrongKey)?;
    check(proof.data[MESSAGE_OFFSET..] == *message, LatchkeyError::ProofWrongMessage)?;
    Ok(())
}
