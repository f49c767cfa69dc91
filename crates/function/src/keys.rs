//! The command keys: whose holder can make a car do things, so nobody else may read their files.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use anchor_lang::prelude::Pubkey;
use ed25519_dalek::SigningKey;

/// The command keys a function holds, each found by the public key that the chain names. During a change of keys a
/// function holds the old one and the new one.
#[derive(Clone, Default)]
pub struct CommandKeys(HashMap<Pubkey, SigningKey>);

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such file, or no permission.
    #[error("cannot read the key file {path}: check that it exists and is yours")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others can read it.
    #[error("others can read the key file {path} (mode {mode:03o}): chmod 600 it")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a keypair.
    #[error("{path} is no keypair: it must hold a JSON array of 64 bytes, as solana-keygen writes it")]
    NotAKeypair {
        /// Which file.
        path: PathBuf,
    },
    /// Public and secret half differ.
    #[error("the public half of {path} is not that of its secret half: restore it from a backup")]
    Inconsistent {
        /// Which file.
        path: PathBuf,
    },
}

impl CommandKeys {
    /// Holds `keys`.
    pub fn new(keys: impl IntoIterator<Item = SigningKey>) -> Self {
        let named = |key: SigningKey| (Pubkey::from(key.verifying_key().to_bytes()), key);
        Self(keys.into_iter().map(named).collect())
    }

    /// Loads one key from each file.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, KeyError> {
        Ok(Self::new(paths.into_iter().map(|path| load(path.as_ref())).collect::<Result<Vec<_>, _>>()?))
    }

    /// The key that signs for `public`.
    pub fn get(&self, public: &Pubkey) -> Option<&SigningKey> {
        self.0.get(public)
    }

    /// The public keys it holds.
    pub fn public(&self) -> impl Iterator<Item = Pubkey> {
        self.0.keys().copied()
    }
}

/// Names the keys and shows no secret.
impl fmt::Debug for CommandKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandKeys").field(&self.public().collect::<Vec<_>>()).finish()
    }
}

/// Reads a keypair, as solana-keygen writes it, from a file that nobody else may read.
pub fn load(path: &Path) -> Result<SigningKey, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    check_private(path, &file.metadata().map_err(unreadable)?)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(unreadable)?;
    let bytes: Vec<u8> =
        serde_json::from_slice(&text).map_err(|_| KeyError::NotAKeypair { path: path.to_owned() })?;
    let pair = bytes.try_into().map_err(|_| KeyError::NotAKeypair { path: path.to_owned() })?;
    SigningKey::from_keypair_bytes(&pair).map_err(|_| KeyError::Inconsistent { path: path.to_owned() })
}

/// Refuses a file that its group or the world may read.
#[cfg(unix)]
fn check_private(path: &Path, metadata: &Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 { Ok(()) } else { Err(KeyError::Exposed { path: path.to_owned(), mode }) }
}

/// Permission bits are Unix's.
#[cfg(not(unix))]
fn check_private(_: &Path, _: &Metadata) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(bytes: &[u8], mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), serde_json::to_vec(bytes).unwrap()).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_key_is_found_by_its_public_half() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let file = file(&key.to_keypair_bytes(), 0o600);
        let keys = CommandKeys::load([file.path()]).unwrap();
        let public = Pubkey::from(key.verifying_key().to_bytes());
        assert_eq!(keys.get(&public), Some(&key));
        assert!(keys.get(&Pubkey::new_unique()).is_none());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let pair = SigningKey::from_bytes(&[3; 32]).to_keypair_bytes();
        for mode in [0o640, 0o604, 0o660] {
            let file = file(&pair, mode);
            assert!(matches!(CommandKeys::load([file.path()]), Err(KeyError::Exposed { .. })));
        }
    }

    #[test]
    fn a_file_that_is_no_keypair_is_refused() {
        let pair = SigningKey::from_bytes(&[3; 32]).to_keypair_bytes();
        let short = file(&pair[..63], 0o600);
        assert!(matches!(CommandKeys::load([short.path()]), Err(KeyError::NotAKeypair { .. })));
        let mut torn = pair;
        torn[0] ^= 1;
        let torn = file(&torn, 0o600);
        assert!(matches!(CommandKeys::load([torn.path()]), Err(KeyError::Inconsistent { .. })));
        assert!(matches!(CommandKeys::load(["/nonexistent/key"]), Err(KeyError::Unreadable { .. })));
    }

    #[test]
    fn no_secret_is_ever_shown() {
        let keys = CommandKeys::new([SigningKey::from_bytes(&[3; 32])]);
        assert!(!format!("{keys:?}").contains("3, 3, 3"));
    }
}
