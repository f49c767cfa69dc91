//! A signing service over HTTP: it keeps the command keys, in a KMS or an HSM, and this process never holds one.
//!
//! The contract, also in `docs/function.md`: `POST {url}` with `Authorization: Bearer TOKEN` and
//! `{"key": base58, "message": base64}` is answered with `200` and `{"signature": base64}`, 64 bytes of ed25519 over the
//! message as it is, not hashed before. Every signature is verified here before it is used.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_link::http::reqwest::{Certificate, Client, StatusCode, Url};
use latchkey_link::http::{client, https_or_loopback, read};
use latchkey_link::redacted::RedactedError;
use latchkey_protocol::sealed::{Envelope, SEAL_LEN};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::signer::{CommandSigner, SignError};

/// The longest answer that is read, bytes.
const LONGEST: usize = 4_096;

/// Where a signing service is, and which keys it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteSignerConfig {
    /// https, or http on a loopback address.
    pub url: String,
    /// The public keys that it signs for, base58.
    pub keys: Vec<String>,
    /// File with the bearer token that it asks for.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// An authority to trust beside those that are built in, PEM.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// How long one signature may take, milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
}

const fn timeout_ms() -> u64 {
    3_000
}

/// Why a signing service cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum RemoteSignerError {
    #[error(
        "signer.url is not an https address, nor http on a loopback address such as http://127.0.0.1:9000/sign"
    )]
    Url,
    #[error("signer.keys names no key: name the public keys that the service signs for")]
    NoKeys,
    #[error("{0:?} in signer.keys is not a base58 address of 32 bytes")]
    NotAKey(String),
    #[error("cannot read {path}: check that it exists and belongs to you")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the HTTP client for the signing service cannot be set up: check that signer.ca is PEM")]
    Client(#[source] RedactedError),
}

/// A signing service over HTTP.
pub struct RemoteSigner {
    client: Client,
    url: Url,
    keys: Vec<Pubkey>,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Signed {
    signature: String,
}

impl RemoteSigner {
    /// As configured. Nothing is sent yet.
    pub fn new(config: &RemoteSignerConfig) -> Result<Self, RemoteSignerError> {
        let url = https_or_loopback(&config.url).ok_or(RemoteSignerError::Url)?;
        let key = |text: &String| text.parse().map_err(|_| RemoteSignerError::NotAKey(text.clone()));
        let keys = config.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(RemoteSignerError::NoKeys);
        }
        let token = config.token_file.as_deref().map(read_file).transpose()?;
        let token = token.map(|token| String::from_utf8_lossy(&token).trim().to_owned());
        let mut builder = client().timeout(Duration::from_millis(config.timeout_ms));
        if let Some(ca) = &config.ca {
            builder = builder.add_root_certificate(Certificate::from_pem(&read_file(ca)?).map_err(unusable)?);
        }
        Ok(Self { client: builder.build().map_err(unusable)?, url, keys, token })
    }
}

#[async_trait]
impl CommandSigner for RemoteSigner {
    fn keys(&self) -> Vec<Pubkey> {
        self.keys.clone()
    }

    async fn sign(&self, key: &Pubkey, command: &[u8]) -> Result<Envelope, SignError> {
        if !self.keys.contains(key) {
            return Err(SignError::NotHeld(*key));
        }
        let asked = json!({ "key": key.to_string(), "message": STANDARD.encode(command) });
        let mut call = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .body(asked.to_string());
        if let Some(token) = &self.token {
            call = call.bearer_auth(token);
        }
        let unreachable = |error: &dyn std::error::Error| SignError::Unreachable(RedactedError::new(error));
        let response = call.send().await.map_err(|error| unreachable(&error))?;
        if response.status() != StatusCode::OK {
            return Err(SignError::Status(response.status().as_u16()));
        }
        let body = read(response, LONGEST).await.map_err(|error| unreachable(&error))?;
        let wrong = || SignError::WrongSignature(*key);
        let Signed { signature } = serde_json::from_slice(&body).map_err(|_| wrong())?;
        let signature = STANDARD.decode(signature).map_err(|_| wrong())?;
        if signature.len() != SEAL_LEN - key.as_ref().len() {
            return Err(wrong());
        }
        Envelope::open(&[key.as_ref(), &signature, command].concat()).map_err(|_| wrong())
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, RemoteSignerError> {
    fs::read(path).map_err(|source| RemoteSignerError::Unreadable { path: path.to_owned(), source })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(error: latchkey_link::http::reqwest::Error) -> RemoteSignerError {
    RemoteSignerError::Client(RedactedError::new(&error))
}
