//! TLS from PEM files: an authority of one's own, and a certificate for the client.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rumqttc::tokio_native_tls::native_tls::{
    Certificate, Identity, Protocol, TlsConnector, TlsConnectorBuilder,
};

/// What the TLS library says.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file does not exist, or this user may not read it.
    #[error("cannot read the TLS file {path}: check that it exists and belongs to you")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The authority's file is not a certificate.
    #[error("TLS cannot use the authority's certificate {path}: it must be PEM")]
    Authority {
        path: PathBuf,
        #[source]
        source: Cause,
    },
    /// Certificate and key are not what they should be, or not of one pair.
    #[error(
        "TLS cannot use the certificate {certificate} with the key {key}: both must be PEM, the key PKCS #8 and that \
         certificate's own"
    )]
    Identity {
        certificate: PathBuf,
        key: PathBuf,
        #[source]
        source: Cause,
    },
    /// The TLS library refuses these settings together.
    #[error("TLS cannot be set up on this machine")]
    Unsupported(#[source] Cause),
}

/// A client's certificate and its key.
#[derive(Clone, Copy, Debug)]
pub struct ClientFiles<'a> {
    /// The certificate, followed by the intermediate ones; PEM.
    pub certificate: &'a Path,
    /// Its key; PEM, PKCS #8.
    pub key: &'a Path,
}

/// A connector for TLS 1.2 and later. With an `authority`, a PEM file, servers of no other authority are trusted;
/// without one, servers of the authorities that the system trusts. `client` is shown to servers that ask who connects.
pub fn connector(
    authority: Option<&Path>,
    client: Option<ClientFiles<'_>>,
) -> Result<TlsConnector, TlsError> {
    let mut builder = TlsConnector::builder();
    builder.min_protocol_version(Some(Protocol::Tlsv12));
    if let Some(path) = authority {
        trust_only(&mut builder, path)?;
    }
    if let Some(files) = client {
        builder.identity(identity(files)?);
    }
    builder.build().map_err(|source| TlsError::Unsupported(source.into()))
}

fn trust_only(builder: &mut TlsConnectorBuilder, path: &Path) -> Result<(), TlsError> {
    let authority = Certificate::from_pem(&read(path)?)
        .map_err(|source| TlsError::Authority { path: path.to_owned(), source: source.into() })?;
    builder.disable_built_in_roots(true).add_root_certificate(authority);
    Ok(())
}

fn identity(ClientFiles { certificate, key }: ClientFiles<'_>) -> Result<Identity, TlsError> {
    Identity::from_pkcs8(&read(certificate)?, &read(key)?).map_err(|source| TlsError::Identity {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        source: source.into(),
    })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}
