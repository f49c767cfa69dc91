//! The MQTT 5 courier: one line to the broker ([`latchkey_link::mqtt`]), any number of cars.
//!
//! One task polls the line (`connection`); it never waits for anything else. Each conversation is a task of its own
//! (`conversation`) that orders its command to be sent, and again after growing pauses, until the function has its
//! answer: a broker's acknowledgement is no answer. One task sends what is ordered, in turn (`sender`). One subscription
//! hears the receipts of all cars, and what they publish is handed to the conversations by the topic's vehicle
//! (`mailboxes`).
//!
//! [`SessionCourier`] is for a function that lives for one call: a connection for each.
//!
//! Every connection starts with a clean session. What was queued or not acknowledged is forgotten with the old one, and
//! sent again by the conversations.

mod config;
mod connection;
mod conversation;
mod mailboxes;
mod probe;
mod publish;
mod sender;
mod session;
mod stats;

use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use latchkey_link::backoff::Backoff;
use latchkey_link::mqtt::{Connection, Line};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use config::{ConfigError, MqttConfig, Tls};
pub use probe::{Probe, ProbeError, probe};
pub use session::SessionCourier;
pub use stats::CourierStats;

use crate::courier::{Answers, Courier, Parcel};
use mailboxes::Mailboxes;
use sender::Order;
use stats::CourierCounters;

/// Sends commands to cars over MQTT 5. Dropping it ends the connection and every conversation.
#[derive(Debug)]
pub struct MqttCourier {
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

/// What the polling task and the conversations share.
#[derive(Debug)]
struct Shared {
    resend: Backoff,
    mailboxes: Mailboxes,
    counters: Arc<CourierCounters>,
    orders: mpsc::UnboundedSender<Order>,
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
        let prepared = config.prepare()?;
        let options = prepared.options(&prepared.client_id());
        let line = Line::new(options, prepared.acknowledgement_limit(), QUEUE);
        let (accepted, connection) = watch::channel(None);
        // At most one order of each conversation waits.
        let (orders, waiting) = mpsc::unbounded_channel();
        let counters = Arc::new(CourierCounters::default());
        let shared = Arc::new(Shared {
            resend: prepared.resend(),
            mailboxes: Mailboxes::default(),
            counters: Arc::clone(&counters),
            orders,
            connection: connection.clone(),
        });
        let poller = tokio::spawn(connection::keep(line, accepted, Arc::clone(&shared)));
        let sender = tokio::spawn(sender::serve(waiting, connection, counters));
        Ok(Self { shared, tasks: [poller, sender] })
    }

    /// What the car publishes from now on, until it is dropped. Nothing is sent.
    pub fn listen(&self, vehicle: Pubkey) -> Answers {
        let (replies, answers) = Answers::channel();
        tokio::spawn(conversation::listen(Arc::clone(&self.shared), vehicle, replies));
        answers
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
        for task in &self.tasks {
            task.abort();
        }
    }
}
