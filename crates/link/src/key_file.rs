//! Key files: one ed25519 key pair as a JSON array of 64 bytes, as solana-keygen writes it, readable by its owner only.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// The longest key file that is read, bytes: 64 numbers, with room for spaces.
const LONGEST: usize = 4_096;

/// Why a key file cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file does not exist, or this user may not read it.
    #[error(
        "cannot read the key file {path}: check that it exists and belongs to you; `keygen` makes a new one"
    )]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Its permission bits let the group or the world read, write or run it.
    #[error("other users can access the key file {path} (mode {mode:03o}): run chmod 600 on it")]
    Exposed { path: PathBuf, mode: u32 },
    /// It holds something else than a key pair.
    #[error("{path} is not a key file: it must hold a JSON array of 64 bytes, as solana-keygen writes it")]
    NotAKeyPair { path: PathBuf },
    /// Its public half does not follow from its secret half.
    #[error("the two halves of the key pair in {path} do not belong together: restore it from a backup")]
    Mismatched { path: PathBuf },
    /// A new key would overwrite something.
    #[error("{path} exists already, and a key file is never overwritten: choose another name")]
    Exists { path: PathBuf },
    /// The new file cannot be written.
    #[error("cannot write the key file {path}: check that its directory exists and belongs to you")]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Reads a key pair from a file that only its owner can access. No copy of the secret stays in memory but the key's own,
/// which is overwritten when it is dropped.
pub fn read(path: &Path) -> Result<SigningKey, KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
    // The mode is checked and the key is read through one handle, so that both are of the same file.
    let mut file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new([0; LONGEST]);
    let mut length = 0;
    // Into one place that is overwritten: a vector would leave copies behind as it grows.
    loop {
        match file.read(&mut text[length..]).map_err(unreadable)? {
            0 => break,
            read => length += read,
        }
    }
    let not_a_key_pair = || KeyFileError::NotAKeyPair { path: path.to_owned() };
    let Pair(pair) = serde_json::from_slice(&text[..length]).map_err(|_| not_a_key_pair())?;
    SigningKey::from_keypair_bytes(&pair).map_err(|_| KeyFileError::Mismatched { path: path.to_owned() })
}

/// The 64 bytes of a key pair.
struct Pair(Zeroizing<[u8; 64]>);

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Pair;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of 64 bytes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Pair, A::Error> {
                let mut pair = Zeroizing::new([0; 64]);
                for (at, byte) in pair.iter_mut().enumerate() {
                    *byte = numbers.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &self))?;
                }
                match numbers.next_element::<u8>()? {
                    None => Ok(Pair(pair)),
                    Some(_) => Err(A::Error::invalid_length(65, &self)),
                }
            }
        }

        deserializer.deserialize_seq(Bytes)
    }
}

/// Makes a new key in a new file that only its owner can access.
pub fn generate(path: &Path) -> Result<SigningKey, KeyFileError> {
    let key = SigningKey::from_bytes(&rand::random());
    write(path, &key)?;
    Ok(key)
}

/// Writes a key to a new file that only its owner can access.
pub fn write(path: &Path, key: &SigningKey) -> Result<(), KeyFileError> {
    let unwritable = |source| KeyFileError::Unwritable { path: path.to_owned(), source };
    let pair = Zeroizing::new(key.to_keypair_bytes());
    let text = Zeroizing::new(serde_json::to_vec(&pair[..]).map_err(|error| unwritable(error.into()))?);
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.to_owned() },
        _ => unwritable(source),
    })?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(unwritable)
}
