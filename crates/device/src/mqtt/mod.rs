//! The car's line to the broker: MQTT 5, QoS 1, over the shared [`latchkey_link::mqtt`].
//!
//! One task polls (`poller`). What was queued or not acknowledged is forgotten with its connection: the car repeats its
//! latest receipt on every new connection, and functions repeat their commands until they are answered.

mod config;
mod poller;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use latchkey_link::backoff::Backoff;
use latchkey_link::mqtt::Line;
use latchkey_link::tls::TlsError;
use latchkey_protocol::{Key, topics};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, PublishProperties};
use rumqttc::v5::{AsyncClient, MqttOptions};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, warn};

pub use config::{BrokerConfig, TlsConfig};

use crate::agent::SignedReceipt;
use crate::clock::Clock;
use crate::port::{Arrival, Brought, Port};
use poller::Poller;

/// How long the broker keeps the session of a sleeping car, seconds: 30 days, the longest an invocation lives.
const SESSION_EXPIRY_SECS: u32 = 30 * 86_400;
/// How long the broker keeps a receipt for a function that is away, seconds: a day.
const RECEIPT_EXPIRY_SECS: u32 = 86_400;
/// Publishes under way at once. Low, because a collision of packet ids can wedge the client's loop.
const INFLIGHT: u16 = 10;
/// Requests that wait for the connection to take them.
const QUEUE: usize = 32;
/// Commands that wait for the agent.
const INBOX: usize = 16;
/// The largest packet taken from the broker, bytes. A command is far smaller.
const MAX_PACKET: u32 = 2048;
/// The broker acknowledges a receipt within this time, or the connection is given up.
const ACK_LIMIT: Duration = Duration::from_secs(20);
/// Pauses before the broker is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// What comes over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The broker has taken the car's subscription: a new connection begins.
    Connected,
    /// A message on the car's command topic.
    Command(Vec<u8>),
}

/// The car's line. It reconnects by itself for as long as it exists; dropping it cuts the connection.
#[derive(Debug)]
pub struct Link {
    receipts: String,
    presence: String,
    inbox: mpsc::Receiver<Heard>,
    online: watch::Receiver<Option<AsyncClient>>,
    poller: AbortOnDropHandle<()>,
}

impl Link {
    /// Connects in the background. `vehicle` names the topics; the dates of certificates are judged by `clock`, while it
    /// knows a time that can be trusted. Must be called within a Tokio runtime.
    pub fn open(config: &BrokerConfig, vehicle: &Key, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let vehicle = bs58::encode(vehicle).into_string();
        let line = Line::new(options(config, &vehicle, clock)?, ACK_LIMIT, QUEUE)
            .with_pauses(Backoff::with_full_jitter(FIRST_PAUSE, LONGEST_PAUSE));
        let (heard, inbox) = mpsc::channel(INBOX);
        let (subscribed, online) = watch::channel(None);
        let poller = Poller {
            line,
            command_topic: topics::command(&vehicle),
            presence: topics::presence(&vehicle),
            heard,
            subscribed,
        };
        Ok(Self {
            receipts: topics::receipt(&vehicle),
            presence: topics::presence(&vehicle),
            inbox,
            online,
            poller: AbortOnDropHandle::new(tokio::spawn(poller.run())),
        })
    }

    /// What comes next. Cancel safe.
    pub async fn next(&mut self) -> Option<Heard> {
        self.inbox.recv().await
    }

    /// Publishes a receipt. If the line is busy or down it is dropped: it is repeated on the next connection, and
    /// whenever the function asks again.
    pub fn publish(&self, answer: &SignedReceipt) {
        let Some(client) = self.online.borrow().clone() else {
            debug!("not connected: the receipt waits for the next connection");
            return;
        };
        let properties = PublishProperties {
            message_expiry_interval: Some(RECEIPT_EXPIRY_SECS),
            correlation_data: Some(answer.invocation.to_vec().into()),
            ..PublishProperties::default()
        };
        let receipt = answer.receipt.clone();
        let topic = self.receipts.clone();
        let queued = client.try_publish_with_properties(topic, QoS::AtLeastOnce, false, receipt, properties);
        if queued.is_err() {
            warn!("the line is busy: the receipt is not sent, the function will ask again");
        }
    }

    /// Says goodbye: presence turns to offline.
    pub async fn close(self) {
        let Self { presence, inbox, online, mut poller, .. } = self;
        // From here on the poller does not connect again.
        drop(inbox);
        let client = online.borrow().clone();
        if let Some(client) = client {
            let _ = client.try_publish(presence, QoS::AtLeastOnce, true, "offline");
            let _ = client.try_disconnect();
            // The poller ends by itself once the goodbye is out, and is cut off if that takes too long.
            let _ = tokio::time::timeout(GOODBYE, &mut poller).await;
        }
    }
}

impl Port for Link {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        self.inbox.poll_recv(context).map(|heard| {
            Some(match heard? {
                Heard::Connected => Arrival::Connected,
                // Whoever sent it hears every receipt.
                Heard::Command(message) => Arrival::Brought(Brought::Envelope(message), None),
            })
        })
    }

    fn publish(&mut self, receipt: &SignedReceipt) {
        Self::publish(self, receipt);
    }

    fn close(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Self::close(*self))
    }
}

fn options(config: &BrokerConfig, vehicle: &str, clock: Arc<dyn Clock>) -> Result<MqttOptions, TlsError> {
    let offline = LastWill::new(topics::presence(vehicle), "offline", QoS::AtLeastOnce, true, None);
    let mut options = config.endpoint(clock)?.options(vehicle.to_owned());
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_SECS))
        .set_receive_maximum(Some(INFLIGHT))
        .set_max_packet_size(Some(MAX_PACKET))
        .set_outgoing_inflight_upper_limit(INFLIGHT)
        .set_last_will(offline);
    Ok(options)
}
