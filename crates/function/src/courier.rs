//! How a command gets to the car, and an answer back. A courier carries bytes: it does not judge them, and nothing
//! depends on its honesty.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Sends commands to cars.
pub trait Courier: Send + Sync {
    /// Sends the parcel, again and again until the returned [`Answers`] are dropped or the parcel expires, and passes
    /// on whatever the car publishes meanwhile. Does not block.
    fn dispatch(&self, parcel: Parcel) -> Answers;
}

/// A signed command on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub vehicle: Pubkey,
    pub invocation: Pubkey,
    /// The signed command, as it travels.
    pub envelope: Vec<u8>,
    /// The command has no effect after this time.
    pub expires_in: Duration,
}

/// Unread answers kept for one conversation. More are dropped; the car answers again when the command is sent again.
const CAPACITY: usize = 16;
/// How long a courier may take to put its connection down after a conversation.
const GOODBYE: Duration = Duration::from_secs(1);

/// What the car publishes, as it comes in. Dropping it ends the conversation.
#[derive(Debug)]
pub struct Answers {
    inbox: mpsc::Receiver<Vec<u8>>,
    sent: Arc<AtomicBool>,
    is_one_way: bool,
    /// Comes true when the courier has put down what it opened for this conversation.
    put_down: Option<oneshot::Receiver<()>>,
}

/// The courier's end of [`Answers`].
#[derive(Clone, Debug)]
pub struct Replies {
    outbox: mpsc::Sender<Vec<u8>>,
    sent: Arc<AtomicBool>,
}

impl Answers {
    /// Both ends of a conversation.
    pub fn channel() -> (Replies, Self) {
        let (outbox, inbox) = mpsc::channel(CAPACITY);
        let sent = Arc::new(AtomicBool::new(false));
        let replies = Replies { outbox, sent: Arc::clone(&sent) };
        (replies, Self { inbox, sent, is_one_way: false, put_down: None })
    }

    /// Of a courier that cannot hear the car: it ends when the command is sent, or cannot be.
    #[must_use]
    pub fn one_way(self) -> Self {
        Self { is_one_way: true, ..self }
    }

    /// Of a courier that opens a connection for one conversation, and says when it is put down.
    #[must_use]
    pub fn put_down(self, said: oneshot::Receiver<()>) -> Self {
        Self { put_down: Some(said), ..self }
    }

    /// The next message, `None` if the courier has stopped.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.inbox.recv().await
    }

    /// Ends the conversation, and waits a moment until the courier has put its connection down: the process may be frozen
    /// as soon as the caller has its answer.
    pub async fn end(self) {
        drop(self.inbox);
        if let Some(put_down) = self.put_down {
            _ = timeout(GOODBYE, put_down).await;
        }
    }

    /// Whether no answer of the car can come.
    pub fn is_one_way(&self) -> bool {
        self.is_one_way
    }

    /// Whether the command was sent at least once.
    pub fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Replies {
    /// Passes on what the car published; `false` if too much is unread, or the [`Answers`] are dropped.
    pub fn pass_on(&self, message: Vec<u8>) -> bool {
        self.outbox.try_send(message).is_ok()
    }

    /// Records that the command was sent.
    pub fn mark_sent(&self) {
        self.sent.store(true, Ordering::Relaxed);
    }

    /// Waits until the [`Answers`] are dropped.
    pub async fn closed(&self) {
        self.outbox.closed().await;
    }
}
