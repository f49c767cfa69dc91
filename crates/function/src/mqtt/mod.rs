//! The MQTT 5 courier: one line to the broker ([`latchkey_link::mqtt`]), any number of cars.
//!
//! One task polls the line (`connection`); nothing else ever waits for it. Each conversation is a task of its
//! own (`conversation`) that hands its command to the connection's queue without waiting, and again after growing
//! pauses, until the function has its answer: a broker's acknowledgement is no answer. What cars publish is handed to
//! the conversations by the topic's vehicle (`mailboxes`).
//!
//! Every connection starts with a clean session. What was queued or not acknowledged is forgotten with the old one, and
//! sent again by the conversations.

mod config;
mod connection;
mod conversation;
mod mailboxes;
mod stats;

use std::sync::Arc;

use latchkey_link::backoff::Backoff;
use latchkey_link::mqtt::{Connection, Line};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use config::{ConfigError, MqttConfig, Tls};
pub use stats::CourierStats;

use crate::courier::{Answers, Courier, Parcel};
use mailboxes::Mailboxes;
use stats::CourierCounters;

/// Sends commands to cars over MQTT 5. Dropping it ends the connection and every conversation.
#[derive(Debug)]
pub struct MqttCourier {
    shared: Arc<Shared>,
    poller: JoinHandle<()>,
}

/// What the polling task and the conversations share.
#[derive(Debug)]
struct Shared {
    resend: Backoff,
    mailboxes: Mailboxes,
    counters: CourierCounters,
    /// The present connection, once the broker has accepted it.
    connection: watch::Receiver<Option<Connection>>,
}

/// Requests that wait for the connection to take them.
const QUEUE: usize = 256;

impl MqttCourier {
    /// Connects, and stays connected from now on: a broker that is away is tried again with growing pauses.
    ///
    /// Must be called within a Tokio runtime.
    pub fn connect(config: &MqttConfig) -> Result<Self, ConfigError> {
        let line = Line::new(config.options()?, config.acknowledgement_limit(), QUEUE);
        let (accepted, connection) = watch::channel(None);
        let shared = Arc::new(Shared {
            resend: config.resend(),
            mailboxes: Mailboxes::default(),
            counters: CourierCounters::default(),
            connection,
        });
        let poller = tokio::spawn(connection::keep(line, accepted, Arc::clone(&shared)));
        Ok(Self { shared, poller })
    }

    /// Whether the broker has accepted the present connection.
    pub fn is_connected(&self) -> bool {
        self.shared.connection.borrow().is_some()
    }

    /// What it has done since it started.
    pub fn stats(&self) -> CourierStats {
        self.shared.counters.stats()
    }
}

impl Courier for MqttCourier {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        tokio::spawn(conversation::hold(Arc::clone(&self.shared), parcel, replies));
        answers
    }
}

impl Drop for MqttCourier {
    fn drop(&mut self) {
        // The task owns the sending half of `connection`: without it, conversations end.
        self.poller.abort();
    }
}
