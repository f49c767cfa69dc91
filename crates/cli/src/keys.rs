//! Key files, as solana-keygen writes them, and people whose key is elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use latchkey_client::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

/// Why a key cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such file, or no permission.
    #[error(
        "cannot read the key file {path}: check that it exists and is yours, or make one with `latchkey keygen`"
    )]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others can read it.
    #[error("others can read the key file {path} (mode {mode:03o}): chmod 600 it")]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a keypair.
    #[error("{path} is no keypair: it must hold a JSON array of 64 bytes, as solana-keygen writes it")]
    NotAKeypair {
        /// Which.
        path: PathBuf,
    },
    /// Something is there already.
    #[error("{path} exists already, and a key file is never overwritten: choose another name")]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("cannot write the key file {path}: check that its directory exists and is yours")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Somebody whose signature a transaction needs: here with a key, or elsewhere with an address.
#[derive(Clone, Debug)]
pub enum Party {
    /// The key is here.
    Here(Rc<Keypair>),
    /// Only the address is known; its owner signs later, with `latchkey sign`.
    Elsewhere(Pubkey),
}

impl Party {
    /// Their address.
    pub fn address(&self) -> Pubkey {
        match self {
            Self::Here(key) => key.pubkey(),
            Self::Elsewhere(address) => *address,
        }
    }

    /// From a key file or an address.
    pub fn load(named: &Named) -> Result<Self, KeyError> {
        match named {
            Named::Address(address) => Ok(Self::Elsewhere(*address)),
            Named::File(path) => read(path).map(|key| Self::Here(Rc::new(key))),
        }
    }
}

/// How a person is named on the command line: by a key file, or by an address whose owner signs later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A keypair file.
    File(PathBuf),
    /// An address.
    Address(Pubkey),
}

impl FromStr for Named {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Address))
    }
}

/// Reads a keypair from a file that nobody else may read.
pub fn read(path: &Path) -> Result<Keypair, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    // Looked at and read through one handle, so that it is the same file.
    let mut file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(unreadable)?;
    let not_a_keypair = || KeyError::NotAKeypair { path: path.to_owned() };
    let bytes: Vec<u8> = serde_json::from_slice(&text).map_err(|_| not_a_keypair())?;
    // It refuses a public half that is not the secret half's.
    Keypair::try_from(&bytes[..]).map_err(|_| not_a_keypair())
}

/// Makes a key in a new file that only its owner may read.
pub fn generate(path: &Path) -> Result<Keypair, KeyError> {
    let key = Keypair::new();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(
        |source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
            _ => KeyError::Unwritable { path: path.to_owned(), source },
        },
    )?;
    let text = serde_json::to_vec(&key.to_bytes().to_vec()).map_err(io::Error::from);
    text.and_then(|text| file.write_all(&text))
        .and_then(|()| file.sync_all())
        .map_err(|source| KeyError::Unwritable { path: path.to_owned(), source })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_new_key_is_private_reads_back_and_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        let key = generate(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().pubkey(), key.pubkey());
        assert!(matches!(generate(&path), Err(KeyError::Exists { .. })));
        assert_eq!(read(&path).unwrap().pubkey(), key.pubkey());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        generate(&path).unwrap();
        for mode in [0o640, 0o604] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = read(&path).unwrap_err();
            assert!(matches!(refused, KeyError::Exposed { .. }));
            assert!(refused.to_string().ends_with("chmod 600 it"), "{refused}");
        }
    }

    #[test]
    fn a_file_that_is_no_keypair_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        fs::write(&path, "[1, 2, 3]").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(read(&path), Err(KeyError::NotAKeypair { .. })));
        // The public half of another key.
        let mut torn = Keypair::new().to_bytes().to_vec();
        torn[0] ^= 1;
        fs::write(&path, serde_json::to_vec(&torn).unwrap()).unwrap();
        assert!(matches!(read(&path), Err(KeyError::NotAKeypair { .. })));
    }

    #[test]
    fn a_person_is_an_address_or_a_file() {
        let address = Pubkey::new_unique();
        assert_eq!(address.to_string().parse(), Ok(Named::Address(address)));
        assert_eq!("borrower.json".parse(), Ok(Named::File("borrower.json".into())));
    }
}
