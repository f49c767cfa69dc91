//! The command keys. Whoever holds one can command cars, so no other user may read their files.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_link::key_file::{self, KeyFileError};
use latchkey_protocol::sealed::Envelope;

use crate::signer::{CommandSigner, SignError};

/// The command keys a function holds, each found by the public key that the chain names. During a change of keys a
/// function holds the old one and the new one.
#[derive(Clone, Default)]
pub struct CommandKeys(HashMap<Pubkey, SigningKey>);

impl CommandKeys {
    /// Of `keys`.
    pub fn new(keys: impl IntoIterator<Item = SigningKey>) -> Self {
        let named = |key: SigningKey| (Pubkey::from(key.verifying_key().to_bytes()), key);
        Self(keys.into_iter().map(named).collect())
    }

    /// Loads one key from each file.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, KeyFileError> {
        Ok(Self::new(
            paths.into_iter().map(|path| key_file::read(path.as_ref())).collect::<Result<Vec<_>, _>>()?,
        ))
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

#[async_trait]
impl CommandSigner for CommandKeys {
    fn keys(&self) -> Vec<Pubkey> {
        self.public().collect()
    }

    async fn sign(&self, key: &Pubkey, command: &[u8]) -> Result<Envelope, SignError> {
        let key = self.get(key).ok_or(SignError::NotHeld(*key))?;
        Ok(Envelope::seal(key, command))
    }
}

/// Names the keys and shows no secret.
impl fmt::Debug for CommandKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandKeys").field(&self.public().collect::<Vec<_>>()).finish()
    }
}

#[cfg(test)]
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
            assert!(matches!(CommandKeys::load([file.path()]), Err(KeyFileError::Exposed { .. })));
        }
    }

    #[test]
    fn a_file_that_is_no_keypair_is_refused() {
        let pair = SigningKey::from_bytes(&[3; 32]).to_keypair_bytes();
        let short = file(&pair[..63], 0o600);
        assert!(matches!(CommandKeys::load([short.path()]), Err(KeyFileError::NotAKeyPair { .. })));
        let mut torn = pair;
        torn[0] ^= 1;
        let torn = file(&torn, 0o600);
        assert!(matches!(CommandKeys::load([torn.path()]), Err(KeyFileError::Mismatched { .. })));
        assert!(matches!(CommandKeys::load(["/nonexistent/key"]), Err(KeyFileError::Unreadable { .. })));
    }

    #[test]
    fn no_secret_is_ever_shown() {
        let keys = CommandKeys::new([SigningKey::from_bytes(&[3; 32])]);
        assert!(!format!("{keys:?}").contains("3, 3, 3"));
    }
}
