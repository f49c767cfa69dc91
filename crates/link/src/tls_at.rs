//! TLS for a machine whose clock may be wrong. The dates of certificates are judged by a time that can be trusted, and
//! while it is not known, they are not judged. Everything else is.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::tls::{Cause, ClientFiles, TlsError, read};

/// The time, Unix seconds, while it can be trusted.
pub type TrustedTime = dyn Fn() -> Option<i64> + Send + Sync;

/// A configuration for TLS 1.2 and later. Servers of no other authority than `authority`, a PEM file, are trusted;
/// `client` is shown to servers that ask who connects.
pub fn configuration(
    authority: &Path,
    client: ClientFiles<'_>,
    time: Arc<TrustedTime>,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let dates = Verifier { inner: verifier(authority, Arc::clone(&provider))?, time };
    let (certificates, key) = identity(client)?;
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| TlsError::Unsupported(source.into()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(dates))
        .with_client_auth_cert(certificates, key)
        .map_err(|source| refused(client, source.into()))
}

fn verifier(
    authority: &Path,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TlsError> {
    let refused = |source: Cause| TlsError::Authority { path: authority.to_owned(), source };
    let certificate =
        CertificateDer::from_pem_slice(&read(authority)?).map_err(|error| refused(error.into()))?;
    let mut anchors = RootCertStore::empty();
    anchors.add(certificate).map_err(|error| refused(error.into()))?;
    WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), provider)
        .build()
        .map_err(|error| refused(error.into()))
}

fn identity(
    client: ClientFiles<'_>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let certificates = read(client.certificate)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&certificates).collect();
    let certificates = certificates.map_err(|source| refused(client, source.into()))?;
    let key = PrivateKeyDer::from_pem_slice(&read(client.key)?);
    Ok((certificates, key.map_err(|source| refused(client, source.into()))?))
}

fn refused(ClientFiles { certificate, key }: ClientFiles<'_>, source: Cause) -> TlsError {
    TlsError::Identity { certificate: certificate.to_owned(), key: key.to_owned(), source }
}

struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
    time: Arc<TrustedTime>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judge =
            |now| self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Some(trusted) = (self.time)() {
            let secs = u64::try_from(trusted).unwrap_or(0);
            return judge(UnixTime::since_unix_epoch(Duration::from_secs(secs)));
        }
        // Without a time, the chain is good if there is any time at which it is: each date that speaks against this one
        // leads to the next. Each certificate has two dates.
        let mut now = now;
        for _ in 0..2 * (intermediates.len() + 1) {
            let verdict = judge(now);
            now = match &verdict {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before, ..
                })) => *not_before,
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
                    *not_after
                }
                _ => return verdict,
            };
        }
        judge(now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
