//! Twelve digits that a driver types where no message reaches the car: the end of an unlock's number, and nine digits of
//! a code that the car computes too.

use core::fmt;
use core::str::FromStr;

use curve25519_dalek::MontgomeryPoint;
use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::bytes::Writer;
use crate::sealed::sha256;
use crate::{Hash, Key, TAG_LEN};

/// A code shows its unlock's number modulo this.
pub const NUMBERS: u64 = 1_000;
/// How many codes there are for a number.
const MACS: u64 = 1_000_000_000;
/// How many digits a code has.
const DIGITS: usize = 12;

/// The unlock that a code stands for. It is not sent: the car writes it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodedUnlock {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// The invocation account's address.
    pub invocation: Key,
    /// The invocation's number.
    pub seq: u64,
}

impl CodedUnlock {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:code\0\0\0";
    /// Length in bytes.
    pub const LEN: usize = 121;

    /// Its bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.invocation)
            .put(&self.seq.to_le_bytes());
        buffer
    }

    /// What a receipt names as the command's hash.
    pub fn hash(&self) -> Hash {
        sha256(&self.encode())
    }
}

/// What a function and a car know together: the X25519 secret of their keys.
#[derive(Clone)]
pub struct CodeSecret([u8; 32]);

impl CodeSecret {
    /// The function's: `code_key` is its own. `None` if the car's key is none that can be used.
    pub fn with_car(code_key: &SigningKey, device_key: &Key) -> Option<Self> {
        Self::agreed(code_key, VerifyingKey::from_bytes(device_key).ok()?.to_montgomery())
    }

    /// The car's: `code_key` is [`public`] of the function's. `None` if that is none that can be used.
    pub fn with_function(device_key: &SigningKey, code_key: &Key) -> Option<Self> {
        Self::agreed(device_key, MontgomeryPoint(*code_key))
    }

    fn agreed(mine: &SigningKey, theirs: MontgomeryPoint) -> Option<Self> {
        let secret = theirs.mul_clamped(mine.to_scalar_bytes()).to_bytes();
        // A point of small order gives everybody the same secret.
        (secret != [0; 32]).then_some(Self(secret))
    }
}

/// Shows no secret.
impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret")
    }
}

/// The X25519 key that belongs to an ed25519 key.
pub fn public(key: &SigningKey) -> Key {
    key.verifying_key().to_montgomery().to_bytes()
}

/// A code, written in four groups of three digits. It is read with spaces and hyphens or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u64);

impl Code {
    /// The code of this unlock.
    pub fn of(secret: &CodeSecret, unlock: &CodedUnlock) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(&secret.0).map(|mac| mac.chain_update(unlock.encode()));
        // A key of any length is taken.
        let mac = mac.map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        let mut first = [0; 8];
        first.copy_from_slice(&mac[..8]);
        Self(unlock.seq % NUMBERS * MACS + u64::from_le_bytes(first) % MACS)
    }

    /// The unlock's number modulo [`NUMBERS`].
    pub const fn number(self) -> u64 {
        self.0 / MACS
    }

    /// The smallest number, from this one on, whose code this may be. `None` if there is none.
    pub fn seq_from(self, first: u64) -> Option<u64> {
        let ahead = (self.number() + NUMBERS - first % NUMBERS) % NUMBERS;
        first.checked_add(ahead)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(code) = self;
        let group = |at: u64| code / at % 1_000;
        write!(f, "{:03} {:03} {:03} {:03}", group(MACS), group(1_000_000), group(1_000), group(1))
    }
}

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACode;

impl fmt::Display for NotACode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a code has twelve digits")
    }
}

impl core::error::Error for NotACode {}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let (mut code, mut count) = (0, 0);
        for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let digit = letter.to_digit(10).ok_or(NotACode)?;
            count += 1;
            if count > DIGITS {
                return Err(NotACode);
            }
            code = code * 10 + u64::from(digit);
        }
        if count == DIGITS { Ok(Self(code)) } else { Err(NotACode) }
    }
}
