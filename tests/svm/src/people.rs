use latchkey_protocol::sealed::sha256;
use solana_sdk::signature::Keypair;

/// The key of somebody, the same in every run.
pub fn person(name: &str) -> Keypair {
    Keypair::new_from_array(sha256(name.as_bytes()))
}
