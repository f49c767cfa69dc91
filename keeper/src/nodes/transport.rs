//! How bytes reach a node: over the network, or to one in the same process.

use std::time::Duration;

use async_trait::async_trait;
use futures::{Sink, Stream};
use latchkey_link::http::{BodyError, read};
use latchkey_link::redacted::RedactedError;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{connect_async_with_config, tungstenite};

/// Timeout of a connection for calls.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest message of a websocket.
const MOST_BYTES: usize = 16 << 20;

/// Carries requests to nodes, and what they say back. It judges nothing and sets no limit in time: its callers do.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Posts a JSON request. Of the answer at most `limit` bytes are read.
    async fn post(&self, url: &str, request: String, limit: usize) -> Result<Answer, PostError>;

    /// Opens a websocket.
    async fn open(&self, url: &str) -> Result<Box<dyn WebSocket>, tungstenite::Error>;
}

/// What came back for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The pause that the node asks for, seconds.
    pub retry_after: Option<u64>,
    /// Empty unless the status is 200.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the node was not reached")]
    Failed(#[source] RedactedError),
}

/// A websocket that is open.
pub trait WebSocket:
    Stream<Item = Result<Message, tungstenite::Error>> + Sink<Message, Error = tungstenite::Error> + Send + Unpin
{
}

impl<T> WebSocket for T where
    T: Stream<Item = Result<Message, tungstenite::Error>>
        + Sink<Message, Error = tungstenite::Error>
        + Send
        + Unpin
{
}

/// HTTP and websockets over TCP, with TLS where the address says so.
pub struct Network(reqwest::Client);

impl Network {
    /// Opens no connection yet.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self(reqwest::Client::builder().connect_timeout(CONNECT).tcp_nodelay(true).build()?))
    }
}

#[async_trait]
impl Transport for Network {
    async fn post(&self, url: &str, request: String, limit: usize) -> Result<Answer, PostError> {
        let failed = |error: reqwest::Error| PostError::Failed(RedactedError::new(&error));
        let request = self.0.post(url).header(CONTENT_TYPE, "application/json").body(request);
        let response = request.send().await.map_err(failed)?;
        let (status, retry_after) = (response.status().as_u16(), asked_pause(response.headers()));
        if status != 200 {
            return Ok(Answer { status, retry_after, body: Vec::new() });
        }
        let body = read(response, limit).await.map_err(|error| match error {
            BodyError::TooLong(limit) => PostError::TooLong(limit),
            BodyError::Broken(error) => failed(error),
        })?;
        Ok(Answer { status, retry_after, body })
    }

    async fn open(&self, url: &str) -> Result<Box<dyn WebSocket>, tungstenite::Error> {
        let config =
            WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
        let (socket, _) = connect_async_with_config(url, Some(config), true).await?;
        Ok(Box::new(socket))
    }
}

/// The pause that a node asks for. A date instead of seconds counts as none: it would be judged by a clock of ours.
fn asked_pause(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}
