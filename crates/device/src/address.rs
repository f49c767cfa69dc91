//! Addresses that the chain derives, for a car that must name them itself.

use ed25519_dalek::VerifyingKey;
use latchkey_protocol::Key;
use sha2::{Digest as _, Sha256};

/// The address of the vehicle account registered with this device key.
pub fn vehicle(program: &Key, device_key: &Key) -> Key {
    derived(program, &[b"vehicle", device_key])
}

/// The address of the vehicle's invocation of this number.
pub fn invocation(program: &Key, vehicle: &Key, seq: u64) -> Key {
    derived(program, &[b"invocation", vehicle, &seq.to_le_bytes()])
}

/// The program's address for these seeds: the first hash, with a bump counted down from 255, that is not a point of the
/// ed25519 curve.
fn derived(program: &Key, seeds: &[&[u8]]) -> Key {
    let seeded = seeds.iter().fold(Sha256::new(), Sha256::chain_update);
    let hash = |bump: u8| -> Key {
        let hash = seeded.clone().chain_update([bump]).chain_update(program);
        hash.chain_update(b"ProgramDerivedAddress").finalize().into()
    };
    // Half of all hashes are points, so all 256 never are.
    (0..=u8::MAX)
        .rev()
        .map(hash)
        .find(|address| VerifyingKey::from_bytes(address).is_err())
        .unwrap_or_default()
}
