//! Signed messages as they travel: the signer's key, its signature, and the bytes it signed.

use core::fmt;
use std::vec::Vec;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::{Hash, Key, Signature};

/// Length of key and signature before the payload.
pub const SEAL_LEN: usize = 96;

/// A signed message whose signature has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who signed.
    pub signer: Key,
    /// The signature over the payload.
    pub signature: Signature,
    /// What was signed.
    pub payload: Vec<u8>,
}

/// Why bytes are no signed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Shorter than key and signature.
    TooShort,
    /// The signer's key is no point on the curve.
    BadKey,
    /// The signature is not the signer's over the payload.
    BadSignature,
    /// More than three keys and signatures stand before the message, or what follows them is no message.
    TooManySignatures,
    /// One key stands twice.
    SignedTwice,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "shorter than a key and a signature",
            Self::BadKey => "the signer's key is not an ed25519 key",
            Self::BadSignature => "the signature is not the signer's over this message",
            Self::TooManySignatures => "no message stands after at most three keys and signatures",
            Self::SignedTwice => "one key signed twice: each signature must be by another key",
        })
    }
}

impl core::error::Error for OpenError {}

impl Envelope {
    /// Signs `payload`.
    pub fn seal(key: &SigningKey, payload: &[u8]) -> Self {
        Self {
            signer: key.verifying_key().to_bytes(),
            signature: key.sign(payload).to_bytes(),
            payload: payload.to_vec(),
        }
    }

    /// Reads a signed message and verifies it strictly.
    pub fn open(bytes: &[u8]) -> Result<Self, OpenError> {
        let (seal, payload) = bytes.split_at_checked(SEAL_LEN).ok_or(OpenError::TooShort)?;
        let (mut signer, mut signature) = ([0; 32], [0; 64]);
        signer.copy_from_slice(&seal[..32]);
        signature.copy_from_slice(&seal[32..]);
        verify(&signer, &signature, payload)?;
        Ok(Self { signer, signature, payload: payload.to_vec() })
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.signer[..], &self.signature, &self.payload].concat()
    }
}

/// Verifies a signature strictly: small-order keys and malleable signatures are refused.
pub(crate) fn verify(signer: &Key, signature: &Signature, payload: &[u8]) -> Result<(), OpenError> {
    VerifyingKey::from_bytes(signer)
        .map_err(|_| OpenError::BadKey)?
        .verify_strict(payload, &ed25519_dalek::Signature::from_bytes(signature))
        .map_err(|_| OpenError::BadSignature)
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}
