use anchor_lang::prelude::{Pubkey, pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use latchkey_protocol::ed25519::{MESSAGE_OFFSET, PUBKEY_OFFSET, SIGNATURE_OFFSET, header};
use latchkey_protocol::sealed::Envelope;

/// The native program that verifies ed25519 signatures.
const ED25519_PROGRAM: Pubkey = pubkey!("Ed25519SigVerify111111111111111111111111111");

/// The sysvar that shows a transaction's instructions.
pub(super) const INSTRUCTIONS_SYSVAR: Pubkey = pubkey!("Sysvar1nstructions1111111111111111111111111");

/// The ed25519 instruction that proves a signed message to the instruction right after it, in the one form the
/// program accepts.
pub fn proof(signed: &Envelope) -> Instruction {
    // A signed message is a receipt or an enrolment: far below the 64 KiB that the header could not express.
    let length = u16::try_from(signed.payload.len()).unwrap_or(u16::MAX);
    let mut data = Vec::with_capacity(MESSAGE_OFFSET + signed.payload.len());
    data.extend_from_slice(&header(length));
    debug_assert_eq!(data.len(), PUBKEY_OFFSET);
    data.extend_from_slice(&signed.signer);
    debug_assert_eq!(data.len(), SIGNATURE_OFFSET);
    data.extend_from_slice(&signed.signature);
    data.extend_from_slice(&signed.payload);
    Instruction { program_id: ED25519_PROGRAM, accounts: Vec::new(), data }
}
