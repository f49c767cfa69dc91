//! How a command gets to the car, and an answer back. A courier carries bytes: it does not judge them, and nothing
//! depends on its honesty.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use tokio::sync::mpsc;

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

/// What the car publishes, as it comes in. Dropping it ends the conversation.
#[derive(Debug)]
pub struct Answers {
    inbox: mpsc::Receiver<Vec<u8>>,
    sent: Arc<AtomicBool>,
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
        (Replies { outbox, sent: Arc::clone(&sent) }, Self { inbox, sent })
    }

    /// The next message, `None` if the courier has stopped.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.inbox.recv().await
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
