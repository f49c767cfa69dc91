//! The parties that sign a transaction: with a key file here, or later with `latchkey sign`.

use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;

use latchkey_client::Pubkey;
use latchkey_link::key_file::{self, KeyFileError};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

/// A party whose signature a transaction needs.
#[derive(Clone, Debug)]
pub enum Party {
    Here(Rc<Keypair>),
    /// Its owner signs later, with `latchkey sign`.
    Elsewhere(Pubkey),
}

impl Party {
    pub fn address(&self) -> Pubkey {
        match self {
            Self::Here(key) => key.pubkey(),
            Self::Elsewhere(address) => *address,
        }
    }

    pub fn load(named: &PartyArg) -> Result<Self, KeyFileError> {
        match named {
            PartyArg::Address(address) => Ok(Self::Elsewhere(*address)),
            PartyArg::File(path) => {
                let key = Keypair::new_from_array(key_file::read(path)?.to_bytes());
                Ok(Self::Here(Rc::new(key)))
            }
        }
    }
}

/// A party on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartyArg {
    /// A key file.
    File(PathBuf),
    /// An address whose owner signs later.
    Address(Pubkey),
}

impl FromStr for PartyArg {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Address))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_party_signs_here_with_a_private_key_file_and_elsewhere_with_an_address() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("borrower.json");
        let address = Pubkey::from(key_file::generate(&path).unwrap().verifying_key().to_bytes());
        let borrower = PartyArg::File(path.clone());
        assert_eq!(Party::load(&borrower).unwrap().address(), address);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Party::load(&borrower), Err(KeyFileError::Exposed { .. })));
        assert_eq!(Party::load(&PartyArg::Address(address)).unwrap().address(), address);
    }

    #[test]
    fn a_party_is_an_address_or_a_file() {
        let address = Pubkey::new_unique();
        assert_eq!(address.to_string().parse(), Ok(PartyArg::Address(address)));
        assert_eq!("borrower.json".parse(), Ok(PartyArg::File("borrower.json".into())));
    }
}
