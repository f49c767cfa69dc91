//! A websocket to a node: connects, subscribes and listens, each with a limit. It is a small client of our own because
//! `solana-pubsub-client` waits without limit, never reconnects, and does not check that its pings are answered.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use latchkey_link::redacted::RedactedError;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::nodes::{Transport, WebSocket};

/// How long connecting may take, from the first packet to the answered upgrade.
const CONNECT: Duration = Duration::from_secs(4);
/// How long the node's system may take no more bytes.
const WRITE: Duration = Duration::from_secs(4);

/// Why a websocket is given up.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("it did not answer the connection and its upgrade within {} s", CONNECT.as_secs())]
    NoUpgrade,
    #[error("it cannot be connected to: check websocket_url and the node")]
    Connect(#[source] RedactedError),
    #[error("the connection broke")]
    Broken(#[source] RedactedError),
    #[error("it closed the connection")]
    Closed,
    #[error("it took no bytes for {} s", WRITE.as_secs())]
    NotRead,
    #[error("it did not acknowledge the subscription to {what} within {secs} s")]
    NotAcknowledged { what: String, secs: u64 },
    #[error("it refused the subscription to {what}: {reason}")]
    Refused { what: String, reason: String },
    #[error("it was silent for {0} s")]
    Silent(u64),
    #[error("it told nothing of the chain for {0} s")]
    Mute(u64),
    #[error("it sent a malformed message")]
    Malformed,
}

/// What a node says.
#[derive(Debug)]
pub(crate) enum Said {
    /// The answer to a request: the subscription's number, or why there is none.
    Answer { id: u64, result: Result<u64, String> },
    /// Something that was subscribed to.
    Notification { subscription: u64, result: Value },
    /// It is alive, nothing more.
    Alive,
}

pub(crate) struct Socket {
    stream: Box<dyn WebSocket>,
    last_id: u64,
}

#[derive(Deserialize)]
struct Frame {
    id: Option<u64>,
    #[serde(default)]
    result: Value,
    error: Option<Value>,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    subscription: u64,
    result: Value,
}

impl Socket {
    pub async fn connect(transport: &dyn Transport, url: &str) -> Result<Self, SocketError> {
        match timeout(CONNECT, transport.open(url)).await {
            Ok(Ok(stream)) => Ok(Self { stream, last_id: 0 }),
            Ok(Err(error)) => Err(SocketError::Connect(RedactedError::new(&error))),
            Err(_) => Err(SocketError::NoUpgrade),
        }
    }

    /// Sends a request and returns its number.
    pub async fn request(&mut self, method: &str, params: &Value) -> Result<u64, SocketError> {
        self.last_id += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params });
        self.send(Message::text(request.to_string())).await?;
        Ok(self.last_id)
    }

    pub async fn ping(&mut self) -> Result<(), SocketError> {
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), SocketError> {
        match timeout(WRITE, self.stream.send(message)).await {
            Ok(sent) => sent.map_err(|error| SocketError::Broken(RedactedError::new(&error))),
            Err(_) => Err(SocketError::NotRead),
        }
    }

    /// Waits for what the node says next. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Result<Said, SocketError> {
        let message = self.stream.next().await.ok_or(SocketError::Closed)?;
        match message.map_err(|error| SocketError::Broken(RedactedError::new(&error)))? {
            Message::Text(text) => said(&text),
            Message::Close(_) => Err(SocketError::Closed),
            Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => Ok(Said::Alive),
        }
    }
}

fn said(text: &str) -> Result<Said, SocketError> {
    let frame: Frame = serde_json::from_str(text).map_err(|_| SocketError::Malformed)?;
    Ok(match (frame.id, frame.params) {
        (_, Some(Params { subscription, result })) => Said::Notification { subscription, result },
        (Some(id), None) => {
            let result = match (frame.error, frame.result.as_u64()) {
                (None, Some(subscription)) => Ok(subscription),
                // An unsubscription is answered by `true`.
                (None, None) => return Ok(Said::Alive),
                (Some(error), _) => Err(error["message"].as_str().unwrap_or("no reason given").to_owned()),
            };
            Said::Answer { id, result }
        }
        (None, None) => Said::Alive,
    })
}
