//! Calls to addresses that others have written down.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Certificate, Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use super::{AddressError, BodyError, Guard, HostError, Hosts, client, read, retry_after};
use crate::redacted::RedactedError;

/// Which addresses may be called. Part of configuration files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// The hosts that may be called, each with `:PORT` unless it is 443.
    pub hosts: Vec<String>,
    /// An authority to trust beside those that are built in, PEM.
    pub ca: Option<PathBuf>,
    /// Hosts that are on this machine, and at which loopback address: for tests only.
    pub loopback: BTreeMap<String, String>,
}

/// Why calls cannot be made as configured.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("cannot read the authority's certificate {path}: check that it exists and belongs to you")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the HTTP client cannot be set up: check that the authority's certificate is PEM")]
    Client(#[source] RedactedError),
}

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("there was no whole answer within {0:?}")]
    TimedOut(Duration),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the host could not be reached, or broke off")]
    Failed(#[source] RedactedError),
}

/// A call: what is posted, and how much of an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub headers: &'a [(&'static str, String)],
    pub body: &'a [u8],
    /// For everything, from the lookup to the last byte of the answer.
    pub limit: Duration,
    /// The longest answer, bytes.
    pub longest: usize,
}

/// A whole answer. A redirect is an answer like any other and is not followed.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub content_type: Option<String>,
    /// If the answer says when to ask again.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

/// Calls public https addresses of allowed hosts.
#[derive(Clone)]
pub struct Outbound {
    hosts: Arc<Hosts>,
    guarded: Client,
    /// For hosts that are said to be on this machine.
    local: Client,
}

impl OutboundConfig {
    /// The hosts that may be called.
    pub fn hosts(&self) -> Result<Hosts, HostError> {
        let hosts = Hosts::only(&self.hosts)?;
        let mut local = self.loopback.iter();
        local.try_fold(hosts, |hosts, (host, address)| hosts.on_this_machine(host, address))
    }
}

impl Outbound {
    /// As configured.
    pub fn new(config: &OutboundConfig) -> Result<Self, OutboundError> {
        Self::with(config.hosts()?, Guard::public(), config.ca.as_ref())
    }

    /// To these hosts, through this guard.
    pub fn with(hosts: Hosts, guard: Guard, ca: Option<&PathBuf>) -> Result<Self, OutboundError> {
        let mut guarded = client().https_only(true).dns_resolver(Arc::new(guard));
        if let Some(path) = ca {
            let pem =
                fs::read(path).map_err(|source| OutboundError::Unreadable { path: path.clone(), source })?;
            guarded = guarded.add_root_certificate(Certificate::from_pem(&pem).map_err(unusable)?);
        }
        Ok(Self {
            hosts: Arc::new(hosts),
            guarded: guarded.build().map_err(unusable)?,
            local: client().build().map_err(unusable)?,
        })
    }

    /// Whether `address` is one that may be called. Nothing is looked up.
    pub fn permits(&self, address: &str) -> bool {
        self.hosts.permits(address)
    }

    /// Posts to `address` and reads the whole answer.
    pub async fn post(&self, address: &str, request: Request<'_>) -> Result<Answer, CallError> {
        let target = self.hosts.target(address)?;
        let client = if target.scheme() == "https" { &self.guarded } else { &self.local };
        let mut call = client.post(target).body(request.body.to_vec());
        for (name, value) in request.headers {
            call = call.header(*name, value);
        }
        let deadline = Instant::now() + request.limit;
        let answered = async {
            let response = call.send().await.map_err(|error| failed(&error))?;
            whole(response, request.longest).await
        };
        timeout_at(deadline, answered).await.unwrap_or(Err(CallError::TimedOut(request.limit)))
    }
}

async fn whole(response: Response, longest: usize) -> Result<Answer, CallError> {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (status, content_type) = (response.status(), content_type.map(str::to_owned));
    let retry_after = retry_after(response.headers());
    let body = read(response, longest).await.map_err(|error| match error {
        BodyError::TooLong(longest) => CallError::TooLong(longest),
        BodyError::Broken(error) => failed(&error),
    })?;
    Ok(Answer { status, content_type, retry_after, body })
}

fn failed(error: &reqwest::Error) -> CallError {
    CallError::Failed(RedactedError::new(error))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(error: reqwest::Error) -> OutboundError {
    OutboundError::Client(RedactedError::new(&error))
}
