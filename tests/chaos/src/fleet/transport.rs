//! The keeper's line to the nodes of a world.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures::{Sink, Stream};
use latchkey_keeper::nodes::{Answer, PostError, Transport, WebSocket};
use latchkey_link::redacted::RedactedError;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{self, Message};

use super::world::{Outcome, Shared, lock};

/// A keeper's line. It goes dead with the keeper: what is under way then may have arrived or not.
pub struct Line {
    pub world: Shared,
    pub keeper: usize,
    pub alive: Arc<AtomicBool>,
}

impl Line {
    fn latency(&self) -> Duration {
        Duration::from_millis(lock(&self.world).draw.between(1, 30))
    }

    /// Goes on only while the keeper lives.
    async fn lives(&self) {
        if !self.alive.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

/// The number of a node, from its address.
fn number(url: &str) -> usize {
    url.chars().filter_map(|character| character.to_digit(10)).next_back().map_or(0, |digit| digit as usize)
}

fn refused() -> std::io::Error {
    std::io::ErrorKind::ConnectionRefused.into()
}

#[async_trait]
impl Transport for Line {
    async fn post(&self, url: &str, request: String, limit: usize) -> Result<Answer, PostError> {
        self.lives().await;
        sleep(self.latency()).await;
        self.lives().await;
        let (outcome, died) = lock(&self.world).request(self.keeper, number(url), &request);
        if died {
            self.alive.store(false, Ordering::Relaxed);
        }
        sleep(self.latency()).await;
        self.lives().await;
        match outcome {
            Outcome::Answer(answer) if answer.body.len() > limit => Err(PostError::TooLong(limit)),
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Silent => std::future::pending().await,
            Outcome::Broken => Err(PostError::Failed(RedactedError::new(&refused()))),
        }
    }

    async fn open(&self, url: &str) -> Result<Box<dyn WebSocket>, tungstenite::Error> {
        self.lives().await;
        sleep(self.latency()).await;
        self.lives().await;
        let (out, inbox) = mpsc::unbounded_channel();
        let opened = lock(&self.world).open(number(url), out);
        let number = opened.ok_or_else(|| tungstenite::Error::Io(refused()))?;
        Ok(Box::new(Socket { world: Arc::clone(&self.world), number, inbox, pong: false }))
    }
}

/// The client's end of a websocket.
struct Socket {
    world: Shared,
    number: u64,
    inbox: mpsc::UnboundedReceiver<String>,
    pong: bool,
}

impl Stream for Socket {
    type Item = Result<Message, tungstenite::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pong) {
            return Poll::Ready(Some(Ok(Message::Pong(Vec::new().into()))));
        }
        self.inbox.poll_recv(context).map(|text| text.map(|text| Ok(Message::text(text))))
    }
}

impl Sink<Message> for Socket {
    type Error = tungstenite::Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
        match message {
            Message::Text(text) => lock(&self.world).hear(self.number, &text),
            Message::Ping(_) => {
                let answers = lock(&self.world).answers_pings(self.number);
                self.pong = answers;
            }
            _ => {}
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        lock(&self.world).hang_up(self.number);
    }
}
