//! The device key's file: a JSON array of 64 bytes, as Solana's tools write it, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot open the key file {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: io::Error,
    },
    /// Others may read it.
    #[error("others may read the key file {}: run chmod 600 on it", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
    /// Not a key.
    #[error("{} is not a key file: it must hold a JSON array of 64 bytes", path.display())]
    NotAKey {
        /// Which.
        path: PathBuf,
    },
}

/// Reads a key that nobody else may read.
pub fn load(path: &Path) -> Result<SigningKey, KeyError> {
    let io = |source| KeyError::Io { path: path.to_owned(), source };
    // Looked at and read through one handle, so that it is the same file.
    let mut file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.mode() & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned() });
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(io)?;
    let not_a_key = || KeyError::NotAKey { path: path.to_owned() };
    let bytes: Vec<u8> = serde_json::from_slice(&text).map_err(|_| not_a_key())?;
    let pair: [u8; 64] = bytes.try_into().map_err(|_| not_a_key())?;
    SigningKey::from_keypair_bytes(&pair).map_err(|_| not_a_key())
}

/// Makes a new key in a new file.
pub fn generate(path: &Path) -> Result<SigningKey, KeyError> {
    let io = |source| KeyError::Io { path: path.to_owned(), source };
    let key = SigningKey::from_bytes(&rand::random());
    let bytes: Vec<u8> = key.to_keypair_bytes().into();
    let text = serde_json::to_vec(&bytes).map_err(|error| io(error.into()))?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(io)?;
    Ok(key)
}
