//! TLS files that cannot be used are named before anything is sent.

use std::fs;
use std::path::Path;

use latchkey_link::tls::{self, ClientFiles, TlsError};

#[test]
fn without_files_the_systems_authorities_are_trusted() {
    assert!(tls::connector(None, None).is_ok());
}

#[test]
fn a_missing_file_is_named() {
    let missing = tls::connector(Some(Path::new("no/such.pem")), None).unwrap_err();
    assert!(matches!(&missing, TlsError::Unreadable { .. }));
    assert!(missing.to_string().contains("no/such.pem"), "{missing}");
}

#[test]
fn files_that_are_not_pem_are_refused_for_what_they_should_be() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("noise.pem");
    fs::write(&path, "noise").unwrap();
    assert!(matches!(tls::connector(Some(&path), None), Err(TlsError::Authority { .. })));
    let client = ClientFiles { certificate: &path, key: &path };
    assert!(matches!(tls::connector(None, Some(client)), Err(TlsError::Identity { .. })));
}
