//! How bytes reach a node: over the network, or to one in the same process.

use std::time::Duration;

use async_trait::async_trait;
use futures::{Sink, Stream};
use latchkey_link::http::json_rpc::post;
pub use latchkey_link::http::json_rpc::{Answer, PostError};
use latchkey_link::http::{client, reqwest};
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

/// HTTP and websockets over TCP, with TLS where the address says so. A node is called at its own address: a redirect is an
/// answer that is no result, and no proxy that the environment names is used.
pub struct Network(reqwest::Client);

impl Network {
    /// Opens no connection yet.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self(client().connect_timeout(CONNECT).tcp_nodelay(true).build()?))
    }
}

#[async_trait]
impl Transport for Network {
    async fn post(&self, url: &str, request: String, limit: usize) -> Result<Answer, PostError> {
        post(&self.0, url, request, limit).await
    }

    async fn open(&self, url: &str) -> Result<Box<dyn WebSocket>, tungstenite::Error> {
        let config =
            WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
        let (socket, _) = connect_async_with_config(url, Some(config), true).await?;
        Ok(Box::new(socket))
    }
}
