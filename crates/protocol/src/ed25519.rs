//! The one form of the ed25519 program's instruction that the contract accepts: one signature, everything in the
//! instruction itself, key then signature then message.

use crate::{Key, Signature};

/// Where the public key starts.
pub const PUBKEY_OFFSET: usize = 16;
/// Where the signature starts.
pub const SIGNATURE_OFFSET: usize = 48;
/// Where the message starts.
pub const MESSAGE_OFFSET: usize = 112;

/// The same three as the header holds them.
const OFFSETS: [u16; 3] = [16, 48, 112];

/// An instruction index that means "this instruction".
const THIS: [u8; 2] = u16::MAX.to_le_bytes();

/// The first 16 bytes: one signature, padding, and the offsets of its parts.
pub fn header(message_len: u16) -> [u8; PUBKEY_OFFSET] {
    let [pubkey, signature, message] = OFFSETS.map(u16::to_le_bytes);
    let len = message_len.to_le_bytes();
    let fields = [[1, 0], signature, THIS, pubkey, THIS, message, len, THIS];
    let mut header = [0; PUBKEY_OFFSET];
    for (slot, field) in header.chunks_exact_mut(2).zip(fields) {
        slot.copy_from_slice(&field);
    }
    header
}

/// Writes the whole instruction's data into `buffer` and returns the part written; `None` if the message does not fit
/// the buffer or an instruction.
pub fn instruction_data<'b>(
    key: &Key,
    signature: &Signature,
    message: &[u8],
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let header = header(u16::try_from(message.len()).ok()?);
    let data = buffer.get_mut(..MESSAGE_OFFSET + message.len())?;
    data[..PUBKEY_OFFSET].copy_from_slice(&header);
    data[PUBKEY_OFFSET..SIGNATURE_OFFSET].copy_from_slice(key);
    data[SIGNATURE_OFFSET..MESSAGE_OFFSET].copy_from_slice(signature);
    data[MESSAGE_OFFSET..].copy_from_slice(message);
    Some(data)
}
