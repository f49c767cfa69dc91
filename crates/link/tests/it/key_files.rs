//! Key files: made once, read back, and refused where anything is wrong with them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use latchkey_link::key_file::{self, KeyFileError};
use tempfile::TempDir;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A new key in a directory that goes with the first value.
fn generated() -> (TempDir, PathBuf, SigningKey) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.json");
    let key = key_file::generate(&path).unwrap();
    (directory, path, key)
}

#[test]
fn a_generated_key_is_read_back_and_its_file_is_private() {
    let (directory, path, key) = generated();
    assert_eq!(key_file::read(&path).unwrap(), key);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_ne!(key_file::generate(&directory.path().join("other.json")).unwrap(), key);
}

#[test]
fn a_key_file_is_never_overwritten() {
    let (_directory, path, key) = generated();
    assert!(matches!(key_file::generate(&path), Err(KeyFileError::Exists { .. })));
    assert_eq!(key_file::read(&path).unwrap(), key);
}

#[test]
fn a_key_is_not_written_where_there_is_no_directory() {
    let written = key_file::generate(Path::new("no/such/directory/key.json"));
    assert!(matches!(written, Err(KeyFileError::Unwritable { .. })));
}

#[test]
fn a_key_file_that_others_can_access_is_refused() {
    let (_directory, path, _) = generated();
    for bit in [0o040, 0o020, 0o010, 0o004, 0o002, 0o001] {
        set_mode(&path, 0o600 | bit);
        let refused = key_file::read(&path).unwrap_err();
        let KeyFileError::Exposed { mode, .. } = refused else { panic!("{bit:o}: {refused}") };
        assert_eq!(mode, 0o600 | bit);
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
    set_mode(&path, 0o400);
    key_file::read(&path).unwrap();
}

#[test]
fn a_file_that_is_not_a_key_pair_is_refused() {
    let (_directory, path, key) = generated();
    let good = key.to_keypair_bytes().to_vec();
    let text = |bytes: &[u8]| serde_json::to_string(bytes).unwrap();
    for wrong in [
        String::new(),
        "null".to_owned(),
        "[1, 2, 3]".to_owned(),
        text(&good[..63]),
        text(&[&good[..], &[0]].concat()),
        "[256]".to_owned(),
    ] {
        fs::write(&path, &wrong).unwrap();
        assert!(matches!(key_file::read(&path), Err(KeyFileError::NotAKeyPair { .. })), "{wrong}");
    }
    fs::write(&path, text(&good)).unwrap();
    key_file::read(&path).unwrap();
}

#[test]
fn a_public_half_of_another_key_is_refused() {
    let (_directory, path, key) = generated();
    for byte in [0, 40] {
        let mut pair = key.to_keypair_bytes();
        pair[byte] ^= 1;
        fs::write(&path, serde_json::to_string(&pair[..]).unwrap()).unwrap();
        assert!(matches!(key_file::read(&path), Err(KeyFileError::Mismatched { .. })), "byte {byte}");
    }
}

#[test]
fn a_missing_key_file_is_named() {
    let missing = key_file::read(Path::new("no/such/key.json")).unwrap_err();
    assert!(matches!(missing, KeyFileError::Unreadable { .. }));
    assert!(missing.to_string().contains("no/such/key.json"), "{missing}");
}
