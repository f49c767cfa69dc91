//! The one task that polls, and the watchdog over it.

use std::sync::Arc;
use std::time::Duration;

use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::v5::{Packet, SubAck, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, info, warn};

use super::backoff::Backoff;
use super::{Link, Shared};

/// Requests that wait for the connection to take them.
const QUEUE: usize = 256;
/// Pauses between attempts to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// A connection that held this long was a good one: the next attempt comes soon.
const GOOD: Duration = Duration::from_secs(30);

/// How long the watchdog waits for a sign of life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For any packet from the broker.
    pub silence: Duration,
    /// For the acknowledgement of a publish.
    pub ack: Duration,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the connection failed")]
    Failed(#[source] Box<ConnectionError>),
    #[error("the broker has been silent for too long")]
    Silent,
    #[error("the broker takes commands and acknowledges none")]
    Wedged,
}

/// Connects and polls for ever. Each connection has its own client and event loop, so that no state of one can wedge
/// the next.
pub(super) async fn keep(
    options: MqttOptions,
    patience: Patience,
    connected: watch::Sender<Option<Link>>,
    shared: Arc<Shared>,
) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    for number in 1.. {
        let (client, events) = AsyncClient::new(options.clone(), QUEUE);
        let started = Instant::now();
        let lost = poll(events, patience, Link { client, number }, &connected, &shared).await;
        connected.send_replace(None);
        shared.counters.losses.add();
        if !matches!(lost, Lost::Failed(_)) {
            shared.counters.watchdog.add();
        }
        if started.elapsed() >= GOOD {
            backoff.reset();
        }
        let pause = backoff.pause();
        warn!(error = &lost as &dyn std::error::Error, ?pause, "no connection to the broker");
        sleep(pause).await;
    }
}

/// Polls one connection until it ends.
async fn poll(
    mut events: EventLoop,
    patience: Patience,
    link: Link,
    connected: &watch::Sender<Option<Link>>,
    shared: &Shared,
) -> Lost {
    let mut watchdog = Watchdog::new(patience);
    loop {
        let event = match timeout_at(watchdog.deadline(), events.poll()).await {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => return Lost::Failed(Box::new(error)),
            Err(_) => return watchdog.verdict(),
        };
        watchdog.observe(&event, events.state.inflight());
        match event {
            Event::Incoming(Packet::ConnAck(_)) => {
                info!("connected to the broker");
                shared.counters.connections.add();
                connected.send_replace(Some(link.clone()));
            }
            Event::Incoming(Packet::Publish(publish)) => {
                if !publish.retain && shared.mailboxes.deliver(&publish.topic, &publish.payload) {
                    shared.counters.received.add();
                } else {
                    shared.counters.dropped.add();
                    debug!(topic = ?publish.topic, "a message of no use");
                }
            }
            Event::Incoming(Packet::PubAck(_)) => shared.counters.acknowledged.add(),
            Event::Incoming(Packet::SubAck(suback)) if !is_granted(&suback) => {
                shared.counters.subscriptions_refused.add();
                warn!(codes = ?suback.return_codes, "the broker does not let this client hear a car");
            }
            _ => {}
        }
    }
}

fn is_granted(suback: &SubAck) -> bool {
    suback.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)))
}

/// Two clocks: one since the broker was last heard, one since it owes an acknowledgement without giving any.
struct Watchdog {
    patience: Patience,
    heard: Instant,
    owing: Option<Instant>,
}

impl Watchdog {
    fn new(patience: Patience) -> Self {
        Self { patience, heard: Instant::now(), owing: None }
    }

    fn observe(&mut self, event: &Event, inflight: u16) {
        let now = Instant::now();
        if matches!(event, Event::Incoming(_)) {
            self.heard = now;
        }
        match event {
            Event::Outgoing(Outgoing::Publish(_)) => self.owing = self.owing.or(Some(now)),
            Event::Incoming(Packet::PubAck(_)) => self.owing = (inflight > 0).then_some(now),
            _ => {}
        }
    }

    fn deadline(&self) -> Instant {
        let silent = self.heard + self.patience.silence;
        self.owing.map_or(silent, |since| silent.min(since + self.patience.ack))
    }

    fn verdict(&self) -> Lost {
        match self.owing {
            Some(since) if since.elapsed() >= self.patience.ack => Lost::Wedged,
            _ => Lost::Silent,
        }
    }
}
