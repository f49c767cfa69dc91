//! Commands and hand-overs as they travel: one to three signatures over the same bytes.

use std::vec::Vec;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::sealed::{OpenError, SEAL_LEN, verify};
use crate::{Key, Signature};

/// What every message begins with, and no pair of key and signature.
const MESSAGE_START: &[u8] = b"latchkey:";

/// The most signatures on one message.
pub const MOST_SIGNATURES: usize = 3;

/// A message whose signatures have all been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Who signed, each a different key, and the signatures over the payload.
    pub signatures: Vec<(Key, Signature)>,
    /// What was signed.
    pub payload: Vec<u8>,
}

impl Cosigned {
    /// Signs `payload` with each key.
    pub fn seal(keys: &[&SigningKey], payload: &[u8]) -> Self {
        let sign = |key: &&SigningKey| (key.verifying_key().to_bytes(), key.sign(payload).to_bytes());
        Self { signatures: keys.iter().map(sign).collect(), payload: payload.to_vec() }
    }

    /// Reads a message with one to three signatures and verifies each strictly.
    pub fn open(bytes: &[u8]) -> Result<Self, OpenError> {
        let mut rest = bytes;
        let mut signatures = Vec::with_capacity(1);
        while signatures.is_empty() || !rest.starts_with(MESSAGE_START) {
            if signatures.len() == MOST_SIGNATURES {
                return Err(OpenError::TooManySignatures);
            }
            let (pair, after) = rest.split_at_checked(SEAL_LEN).ok_or(OpenError::TooShort)?;
            let (mut key, mut signature) = ([0; 32], [0; 64]);
            key.copy_from_slice(&pair[..32]);
            signature.copy_from_slice(&pair[32..]);
            if signatures.iter().any(|(other, _)| *other == key) {
                return Err(OpenError::SignedTwice);
            }
            signatures.push((key, signature));
            rest = after;
        }
        for (key, signature) in &signatures {
            verify(key, signature, rest)?;
        }
        Ok(Self { signatures, payload: rest.to_vec() })
    }

    /// Who signed.
    pub fn signers(&self) -> impl Iterator<Item = &Key> {
        self.signatures.iter().map(|(key, _)| key)
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.signatures.len() * SEAL_LEN + self.payload.len());
        for (key, signature) in &self.signatures {
            bytes.extend(key);
            bytes.extend(signature);
        }
        bytes.extend(&self.payload);
        bytes
    }
}
