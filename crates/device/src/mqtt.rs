//! The car's line to the broker: MQTT 5, QoS 1, one task that only polls.
//!
//! Every connection has a client and an event loop of its own, so that no state of one can wedge the next. What was
//! queued or unacknowledged is forgotten with it: the car repeats its latest receipt on every new connection, and
//! functions repeat their commands until they are answered.

use std::path::{Path, PathBuf};
use std::time::Duration;

use latchkey_protocol::{Key, topics};
use rumqttc::tokio_native_tls::native_tls;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, Packet, PublishProperties, SubAck, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, MqttOptions};
use rumqttc::{Outgoing, TlsConfiguration, Transport};
use serde::{Deserialize, Deserializer};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, info, warn};

use crate::agent::Answer;

/// Where the broker is and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfig {
    /// Host name or address.
    pub host: String,
    /// Port: 8883 with TLS, by custom.
    pub port: u16,
    /// TLS with a client certificate. Without it, anyone on the line can read (not forge) commands.
    pub tls: Option<TlsConfig>,
    /// Keep-alive, seconds, at least 5. A half-open line shows after two.
    #[serde(default = "default_keep_alive", deserialize_with = "keep_alive")]
    pub keep_alive_secs: u16,
}

/// Files for TLS, all PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate authority that signed the broker's certificate. No other is trusted.
    pub ca: PathBuf,
    /// The car's certificate, followed by the intermediate ones.
    pub certificate: PathBuf,
    /// Its key, PKCS #8.
    pub key: PathBuf,
}

const fn default_keep_alive() -> u16 {
    15
}

fn keep_alive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::deserialize(deserializer)? {
        seconds @ 5.. => Ok(seconds),
        seconds => {
            Err(serde::de::Error::custom(format!("keep_alive_secs is {seconds}: it must be at least 5")))
        }
    }
}

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
/// The broker acknowledges a receipt within this time, or the connection is built anew.
const ACK_LIMIT: Duration = Duration::from_secs(20);
const SHORTEST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// Why the line cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read.
    #[error("cannot read {}: check broker.tls", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// How.
        #[source]
        source: std::io::Error,
    },
    /// A file that is not what it should be.
    #[error("TLS cannot use broker.tls.{0}: it must be PEM, the key PKCS #8 and the certificate's own")]
    Unusable(&'static str, #[source] native_tls::Error),
}

/// What the line hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The broker has taken the car's subscription: a new connection begins.
    Connected,
    /// A message on the car's command topic.
    Command(Vec<u8>),
}

/// The car's line. It reconnects by itself for as long as it exists; dropped, it is cut.
#[derive(Debug)]
pub struct Link {
    receipts: String,
    presence: String,
    inbox: mpsc::Receiver<Heard>,
    online: watch::Receiver<Option<AsyncClient>>,
    poller: AbortOnDropHandle<()>,
}

impl Link {
    /// Connects in the background. `vehicle` names the topics. Must be called within a Tokio runtime.
    pub fn open(config: &BrokerConfig, vehicle: &Key) -> Result<Self, TlsError> {
        let vehicle = bs58::encode(vehicle).into_string();
        let (heard, inbox) = mpsc::channel(INBOX);
        let (connected, online) = watch::channel(None);
        let poller = Poller {
            options: options(config, &vehicle)?,
            command_topic: topics::command(&vehicle),
            presence: topics::presence(&vehicle),
            // A ping and its answer, the next ping, and time to travel.
            silence: Duration::from_secs(u64::from(config.keep_alive_secs) * 2 + 5),
            heard,
            connected,
        };
        Ok(Self {
            receipts: topics::receipt(&vehicle),
            presence: topics::presence(&vehicle),
            inbox,
            online,
            poller: AbortOnDropHandle::new(tokio::spawn(poller.run())),
        })
    }

    /// What is heard next. Cancel safe.
    pub async fn next(&mut self) -> Option<Heard> {
        self.inbox.recv().await
    }

    /// Publishes a receipt. If the line is busy or down it is dropped: it is repeated on the next connection, and
    /// whenever the function asks again.
    pub fn publish(&self, answer: &Answer) {
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
            // The poller ends on its own once the goodbye is out; it gets a moment, no more.
            let _ = tokio::time::timeout(GOODBYE, &mut poller).await;
        }
    }
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the connection failed")]
    Failed(#[source] Box<ConnectionError>),
    #[error("the broker has been silent for too long")]
    Silent,
    #[error("the broker takes receipts and acknowledges none")]
    Wedged,
    #[error("the broker does not let this car hear its commands: check its access list")]
    Deaf,
    #[error("closed")]
    Closed,
}

/// The one task that polls. It never publishes in a way that could wait on itself.
struct Poller {
    options: MqttOptions,
    command_topic: String,
    presence: String,
    silence: Duration,
    heard: mpsc::Sender<Heard>,
    connected: watch::Sender<Option<AsyncClient>>,
}

impl Poller {
    async fn run(self) {
        let mut backoff = SHORTEST_BACKOFF;
        loop {
            let lost = self.serve_connection().await;
            let was_good = self.connected.send_replace(None).is_some();
            if matches!(lost, Lost::Closed) || self.heard.is_closed() {
                return;
            }
            if was_good {
                backoff = SHORTEST_BACKOFF;
            }
            let wait = jittered(backoff);
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
            warn!(error = &lost as &dyn std::error::Error, ?wait, "no line to the broker");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.heard.closed() => return,
            }
        }
    }

    /// Polls one connection until it ends.
    async fn serve_connection(&self) -> Lost {
        let (client, mut events) = AsyncClient::new(self.options.clone(), QUEUE);
        let mut last_heard = Instant::now();
        let mut owing: Option<Instant> = None;
        loop {
            let silent_at = last_heard + self.silence;
            let wedged_at = owing.map(|since| since + ACK_LIMIT);
            let deadline = wedged_at.map_or(silent_at, |wedged_at| wedged_at.min(silent_at));
            let event = match timeout_at(deadline, events.poll()).await {
                Ok(Ok(event)) => event,
                Ok(Err(error)) => return Lost::Failed(Box::new(error)),
                Err(_) if deadline == silent_at => return Lost::Silent,
                Err(_) => return Lost::Wedged,
            };
            let now = Instant::now();
            match event {
                Event::Outgoing(Outgoing::Disconnect) => return Lost::Closed,
                Event::Outgoing(Outgoing::Publish(_)) => owing = owing.or(Some(now)),
                Event::Outgoing(_) => {}
                Event::Incoming(packet) => {
                    last_heard = now;
                    if matches!(packet, Packet::PubAck(_)) {
                        owing = (events.state.inflight() > 0).then_some(now);
                    }
                    if let Err(lost) = self.react(&client, packet).await {
                        return lost;
                    }
                }
            }
        }
    }

    async fn react(&self, client: &AsyncClient, packet: Packet) -> Result<(), Lost> {
        match packet {
            Packet::ConnAck(ack) => {
                info!(session_present = ack.session_present, "connected to the broker");
                // Subscribing again is harmless, and needed where the broker lost the session. The queue is new and
                // takes it.
                let _ = client.try_subscribe(self.command_topic.clone(), QoS::AtLeastOnce);
            }
            Packet::SubAck(ack) if is_granted(&ack) => {
                // Online only now: who reads it may count on being heard.
                let _ = client.try_publish(self.presence.clone(), QoS::AtLeastOnce, true, "online");
                self.connected.send_replace(Some(client.clone()));
                self.hand_on(Heard::Connected).await;
            }
            Packet::SubAck(_) => return Err(Lost::Deaf),
            Packet::Publish(publish) if publish.topic == self.command_topic.as_bytes() => {
                if publish.retain {
                    // Commands are never retained; one that is was put there by somebody else.
                    warn!("retained command ignored");
                } else {
                    self.hand_on(Heard::Command(publish.payload.to_vec())).await;
                }
            }
            other => debug!(?other, "mqtt"),
        }
        Ok(())
    }

    /// Waits while the agent is behind, so that the newest of many commands is not the one that is lost. The agent
    /// never waits for this task, except to end it, and then nobody listens here.
    async fn hand_on(&self, heard: Heard) {
        let _ = self.heard.send(heard).await;
    }
}

fn is_granted(ack: &SubAck) -> bool {
    ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)))
}

fn options(config: &BrokerConfig, vehicle: &str) -> Result<MqttOptions, TlsError> {
    let mut options = MqttOptions::new(format!("latchkey-{vehicle}"), &config.host, config.port);
    options
        // The client library panics below 5.
        .set_keep_alive(Duration::from_secs(config.keep_alive_secs.max(5).into()))
        .set_connection_timeout(10)
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_SECS))
        .set_receive_maximum(Some(INFLIGHT))
        .set_max_packet_size(Some(MAX_PACKET))
        .set_outgoing_inflight_upper_limit(INFLIGHT);
    let offline = LastWill::new(topics::presence(vehicle), "offline", QoS::AtLeastOnce, true, None);
    options.set_last_will(offline);
    if let Some(tls) = &config.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::from(connector(tls)?)));
    }
    Ok(options)
}

fn connector(tls: &TlsConfig) -> Result<native_tls::TlsConnector, TlsError> {
    let ca = native_tls::Certificate::from_pem(&read(&tls.ca)?)
        .map_err(|source| TlsError::Unusable("ca", source))?;
    let identity = native_tls::Identity::from_pkcs8(&read(&tls.certificate)?, &read(&tls.key)?)
        .map_err(|source| TlsError::Unusable("certificate and key", source))?;
    native_tls::TlsConnector::builder()
        .min_protocol_version(Some(native_tls::Protocol::Tlsv12))
        // Who runs its own authority trusts no other.
        .disable_built_in_roots(true)
        .add_root_certificate(ca)
        .identity(identity)
        .build()
        .map_err(|source| TlsError::Unusable("settings", source))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}

/// Between half of it and all of it, so that a fleet does not come back in one beat.
fn jittered(backoff: Duration) -> Duration {
    backoff.mul_f64(rand::random_range(0.5..=1.0))
}
