//! One connection after another.

use std::time::Duration;

use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::v5::{DisconnectReasonCode, Packet};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, StateError};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, info, warn};

use super::outage::Told;
use super::watchdog::{Patience, Watchdog};
use crate::backoff::Backoff;
use crate::redacted::RedactedError;

/// Pauses before the broker is tried again. The longest is short enough that a task with 30 seconds to finish, the
/// shortest lease of a function call, still finds a broker that came back.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It could not be made, or it broke.
    #[error("the connection failed")]
    Failed(#[source] Box<ConnectionError>),
    /// No packet came, not even the answer to a ping.
    #[error("the broker has been silent for too long")]
    Silent,
    /// Packets come, but no acknowledgement.
    #[error("the broker does not acknowledge what is published")]
    Wedged,
    /// The broker refused a subscription without which the owner cannot use the connection.
    #[error("the broker refused the subscription: check its access list")]
    Refused,
    /// Another client said that it is this one. It goes on for as long as both do, so the pauses grow even if the
    /// connection stood for long.
    #[error(
        "another client connected with this client id and took the session over: look for a second program with the \
         same configuration, and stop it"
    )]
    TakenOver,
    /// The owner said goodbye.
    #[error("the connection was closed")]
    Closed,
}

impl Lost {
    /// Whether the connection stood, and the watchdog gave it up.
    pub fn is_by_watchdog(&self) -> bool {
        matches!(self, Self::Silent | Self::Wedged)
    }
}

/// Counts the connections of a line. Subscriptions made on one mean nothing on the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionNumber(u64);

/// One connection of a line. Clones are the same connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Takes what is to be published and subscribed. Only its `try_` methods never wait.
    pub client: AsyncClient,
    pub number: ConnectionNumber,
}

/// A line to a broker. One task polls it; others use clones of its [`Connection`].
pub struct Line {
    options: MqttOptions,
    patience: Patience,
    queue: usize,
    backoff: Backoff,
    connection: Connection,
    events: EventLoop,
    /// It wakes when the present connection is first polled.
    watchdog: Option<Watchdog>,
    /// When the broker accepted the present connection.
    accepted: Option<Instant>,
    told: Told,
}

impl Line {
    /// A line whose first connection is made by the first [`Line::next`]. A broker that does not acknowledge what is
    /// published within `acknowledgement` is given up. `queue` is the number of requests that wait while the
    /// connection is busy; more are refused.
    pub fn new(options: MqttOptions, acknowledgement: Duration, queue: usize) -> Self {
        let patience = Patience { keep_alive: options.keep_alive(), acknowledgement };
        let (client, events) = AsyncClient::new(options.clone(), queue);
        Self {
            options,
            patience,
            queue,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            connection: Connection { client, number: ConnectionNumber(1) },
            events,
            watchdog: None,
            accepted: None,
            told: Told::default(),
        }
    }

    /// The same line with other pauses between its connections.
    #[must_use]
    pub fn with_pauses(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// The present connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The next packet from the broker. After an error, [`Line::reconnect`] makes the line usable again.
    pub async fn next(&mut self) -> Result<Packet, Lost> {
        let watchdog = self.watchdog.get_or_insert_with(|| Watchdog::new(self.patience));
        loop {
            let event = match timeout_at(watchdog.deadline(), self.events.poll()).await {
                Ok(Ok(event)) => event,
                Ok(Err(ConnectionError::MqttState(StateError::ServerDisconnect {
                    reason_code: DisconnectReasonCode::SessionTakenOver,
                    ..
                }))) => return Err(Lost::TakenOver),
                Ok(Err(error)) => return Err(Lost::Failed(Box::new(error))),
                Err(_) => return Err(watchdog.verdict()),
            };
            watchdog.observe(&event, self.events.state.inflight());
            match event {
                Event::Incoming(packet) => {
                    if let Packet::ConnAck(ack) = &packet {
                        if self.told.accepted() {
                            info!(session_present = ack.session_present, "connected to the broker");
                        }
                        self.accepted = Some(Instant::now());
                    }
                    return Ok(packet);
                }
                Event::Outgoing(Outgoing::Disconnect) => return Err(Lost::Closed),
                Event::Outgoing(_) => {}
            }
        }
    }

    /// Waits out the pause, and begins the next connection.
    pub async fn reconnect(&mut self, lost: &Lost) {
        let stood = self.accepted.take().map_or(Duration::ZERO, |accepted| accepted.elapsed());
        let pause = if matches!(lost, Lost::TakenOver) {
            self.backoff.pause()
        } else {
            self.backoff.pause_after(stood)
        };
        self.tell(lost, stood, pause);
        // The old connection ends before the pause, not after it.
        let (client, events) = AsyncClient::new(self.options.clone(), self.queue);
        let number = ConnectionNumber(self.connection.number.0 + 1);
        (self.connection, self.events, self.watchdog) = (Connection { client, number }, events, None);
        sleep(pause).await;
    }

    fn tell(&mut self, lost: &Lost, stood: Duration, pause: Duration) {
        let error = lost as &dyn std::error::Error;
        if let Some(lasted) = self.told.lost(&RedactedError::new(error).to_string(), stood, Instant::now()) {
            warn!(error, ?lasted, "no connection to the broker; it is tried again and again");
        } else {
            debug!(error, ?pause, "still no connection to the broker");
        }
    }
}
