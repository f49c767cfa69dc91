//! JSON-RPC 2.0 over HTTP, in parts: [`request`] and [`result`] are pure, [`post`] carries one to a server and brings the
//! other back, and [`call`] does all three. How long a call may take is the caller's to say.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{BodyError, read, retry_after};
use crate::redacted::{RedactedError, hosts_only};

const OK: u16 = 200;
const TOO_MANY_REQUESTS: u16 = 429;

/// What came back for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The pause that the server asks for, if it says so in seconds.
    pub retry_after: Option<Duration>,
    /// Empty unless the status is 200.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the server is out of reach, or broke off")]
    Failed(#[source] RedactedError),
}

/// Why what came back is no result.
#[derive(Debug, thiserror::Error)]
pub enum NoResult {
    #[error("the server limits how often it is called")]
    RateLimited {
        /// How long it asks to wait.
        pause: Option<Duration>,
    },
    #[error("the server answered with HTTP status {0}")]
    Status(u16),
    #[error("the answer is not JSON-RPC")]
    Malformed(#[source] RedactedError),
    #[error("the server refused ({code}): {message}")]
    Refused { code: i64, message: String },
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    NoResult(#[from] NoResult),
}

#[derive(Deserialize)]
struct Reply<'a> {
    /// Its text: it may be long, and is read into what it is at once.
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<ReplyError>,
}

#[derive(Deserialize)]
struct ReplyError {
    code: i64,
    message: String,
}

/// The body of a request.
pub fn request(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// Posts a request. Of the answer at most `longest` bytes are read.
pub async fn post(client: &Client, url: &str, request: String, longest: usize) -> Result<Answer, PostError> {
    let failed = |error: reqwest::Error| PostError::Failed(RedactedError::new(&error));
    let request = client.post(url).header(CONTENT_TYPE, "application/json").body(request);
    let response = request.send().await.map_err(failed)?;
    let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
    if status != OK {
        return Ok(Answer { status, retry_after, body: Vec::new() });
    }
    let body = read(response, longest).await.map_err(|error| match error {
        BodyError::TooLong(limit) => PostError::TooLong(limit),
        BodyError::Broken(error) => failed(error),
    })?;
    Ok(Answer { status, retry_after, body })
}

/// The result in an answer, read from `null` if it has none.
pub fn result<T: DeserializeOwned>(answer: &Answer) -> Result<T, NoResult> {
    match answer.status {
        OK => {}
        TOO_MANY_REQUESTS => return Err(NoResult::RateLimited { pause: answer.retry_after }),
        status => return Err(NoResult::Status(status)),
    }
    let malformed = |error: serde_json::Error| NoResult::Malformed(RedactedError::new(&error));
    let reply: Reply<'_> = serde_json::from_slice(&answer.body).map_err(malformed)?;
    match reply.error {
        // Nodes quote addresses, keys included.
        Some(ReplyError { code, message }) => Err(NoResult::Refused { code, message: hosts_only(&message) }),
        None => serde_json::from_str(reply.result.map_or("null", RawValue::get)).map_err(malformed),
    }
}

/// Calls `method` at `url`. Of the answer at most `longest` bytes are read.
pub async fn call<T: DeserializeOwned>(
    client: &Client,
    url: &str,
    method: &str,
    params: &Value,
    longest: usize,
) -> Result<T, CallError> {
    Ok(result(&post(client, url, request(method, params), longest).await?)?)
}
