//! AWS IoT Core without a session: a command is published by one HTTPS request. The car's answer cannot be heard that way;
//! whoever is subscribed to the receipts brings it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_link::backoff::Backoff;
use latchkey_link::http::reqwest::{Certificate, Client, Identity, Url};
use latchkey_link::http::{client, https_or_loopback};
use latchkey_link::redacted::RedactedError;
use latchkey_protocol::topics;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::courier::{Answers, Courier, Parcel, Replies};

/// Pauses between tries of one publish.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Tries of one publish. The asker asks again anyway.
const TRIES: u32 = 3;
/// How long one try may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Where AWS IoT Core's data endpoint is, and the certificate that may publish there. Files are PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IotConfig {
    /// The account's data endpoint with its port for client certificates, such as
    /// `https://abc-ats.iot.eu-central-1.amazonaws.com:8443`.
    pub endpoint: String,
    /// The client's certificate, followed by the intermediate ones.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// Its key.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// The authority that signed the endpoint's certificate, beside those that are built in.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// Why AWS IoT Core cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum IotConfigError {
    #[error("aws_iot.endpoint is not an https address, nor http on a loopback address")]
    Endpoint,
    #[error("aws_iot.certificate and aws_iot.key belong together: give both or neither")]
    HalfIdentity,
    #[error("cannot read {path}: check that it exists and belongs to you")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the HTTP client for AWS IoT Core cannot be set up: check that certificate, key and ca are PEM")]
    Client(#[source] RedactedError),
}

/// Publishes commands through AWS IoT Core's HTTPS endpoint.
pub struct IotCourier {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    endpoint: Url,
}

impl IotCourier {
    /// As configured. Nothing is sent yet.
    pub fn new(config: &IotConfig) -> Result<Self, IotConfigError> {
        let endpoint = https_or_loopback(&config.endpoint).ok_or(IotConfigError::Endpoint)?;
        let mut builder = client().timeout(LIMIT);
        match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => {
                let pem = [read(certificate)?, b"\n".to_vec(), read(key)?].concat();
                builder = builder.identity(Identity::from_pem(&pem).map_err(unusable)?);
            }
            (None, None) => {}
            _ => return Err(IotConfigError::HalfIdentity),
        }
        if let Some(ca) = &config.ca {
            builder = builder.add_root_certificate(Certificate::from_pem(&read(ca)?).map_err(unusable)?);
        }
        let client = builder.build().map_err(unusable)?;
        Ok(Self { inner: Arc::new(Inner { client, endpoint }) })
    }
}

impl Courier for IotCourier {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            tokio::select! {
                () = replies.closed() => {}
                () = inner.publish(&parcel, &replies) => {}
            }
        });
        answers.one_way()
    }
}

impl Inner {
    /// Publishes until the service has it, or a few tries failed.
    async fn publish(&self, parcel: &Parcel, replies: &Replies) {
        let expires = Instant::now() + parcel.expires_in;
        let mut pauses = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        for _ in 0..TRIES {
            let left = expires.saturating_duration_since(Instant::now()).as_secs();
            if left == 0 {
                return;
            }
            match self.try_publish(parcel, left).await {
                Ok(()) => {
                    info!(vehicle = %parcel.vehicle, "the command is published");
                    return replies.mark_sent();
                }
                Err(why) => warn!(vehicle = %parcel.vehicle, why, "the command was not published"),
            }
            sleep(pauses.pause()).await;
        }
    }

    async fn try_publish(&self, parcel: &Parcel, expires_in_secs: u64) -> Result<(), String> {
        let mut url = self.endpoint.clone();
        // A topic's slashes are written as %2F: it is one part of the path.
        url.path_segments_mut()
            .map_err(|()| "the endpoint is no base address".to_owned())?
            .pop_if_empty()
            .extend(["topics", &topics::command(&parcel.vehicle.to_string())]);
        url.query_pairs_mut()
            .append_pair("qos", "1")
            .append_pair("retain", "false")
            .append_pair("messageExpiry", &expires_in_secs.to_string());
        let correlation = STANDARD.encode(parcel.invocation.as_ref());
        let sent = self
            .client
            .post(url)
            .header("content-type", "application/octet-stream")
            .header("x-amz-mqtt5-correlation-data", correlation)
            .body(parcel.envelope.clone())
            .send()
            .await;
        match sent {
            Ok(response) if response.status().as_u16() == 200 => Ok(()),
            Ok(response) => Err(format!("status {}", response.status().as_u16())),
            Err(error) => Err(RedactedError::new(&error).to_string()),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, IotConfigError> {
    fs::read(path).map_err(|source| IotConfigError::Unreadable { path: path.to_owned(), source })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(error: latchkey_link::http::reqwest::Error) -> IotConfigError {
    IotConfigError::Client(RedactedError::new(&error))
}
