//! The car's line to the broker: MQTT 5, QoS 1, one task that only polls.

use std::path::PathBuf;
use std::time::Duration;

use latchkey_protocol::{Key, topics};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, Packet, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
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
    /// Keep-alive, seconds. A half-open line shows after two.
    #[serde(default = "default_keep_alive")]
    pub keep_alive_secs: u64,
}

/// Files for TLS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate authority that signed the broker's certificate, PEM.
    pub ca: PathBuf,
    /// The car's certificate and key, PKCS #12.
    pub identity: PathBuf,
    /// The password of `identity`.
    pub identity_password: String,
}

const fn default_keep_alive() -> u64 {
    15
}

/// How long the broker keeps the session of a sleeping car, seconds: 30 days, the longest an invocation lives.
const SESSION_EXPIRY_SECS: u32 = 30 * 86_400;
/// Publishes under way at once. Low, because a collision of packet ids can wedge the client's loop.
const INFLIGHT: u16 = 10;
const SHORTEST_BACKOFF: Duration = Duration::from_millis(200);
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// Why the line cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: check the broker's tls settings", path.display())]
pub struct TlsError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// The car's line. It reconnects by itself for as long as it exists.
pub struct Link {
    client: AsyncClient,
    receipts: String,
    presence: String,
    inbox: mpsc::Receiver<Vec<u8>>,
    rebuilt: mpsc::Receiver<AsyncClient>,
    poller: JoinHandle<()>,
}

impl Link {
    /// Connects in the background. `vehicle` names the topics.
    pub fn open(config: &BrokerConfig, vehicle: &Key) -> Result<Self, TlsError> {
        let vehicle = bs58::encode(vehicle).into_string();
        let options = options(config, &vehicle)?;
        let (client, events) = AsyncClient::new(options.clone(), usize::from(INFLIGHT));
        let (commands, inbox) = mpsc::channel(16);
        let (rebuilds, rebuilt) = mpsc::channel(1);
        let poller = Poller {
            options,
            command_topic: topics::command(&vehicle),
            presence: topics::presence(&vehicle),
            stalled_after: Duration::from_secs(config.keep_alive_secs.saturating_mul(3).max(3)),
            commands,
            rebuilds,
        };
        let poller = tokio::spawn(poller.run(client.clone(), events));
        Ok(Self {
            client,
            receipts: topics::receipt(&vehicle),
            presence: topics::presence(&vehicle),
            inbox,
            rebuilt,
            poller,
        })
    }

    /// The next message on the car's command topic. Cancel safe.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.inbox.recv().await
    }

    /// Publishes a receipt. If the line is busy or down it is dropped: the function asks again, and the car then
    /// answers with the stored receipt.
    pub fn publish(&mut self, answer: &Answer) {
        while let Ok(client) = self.rebuilt.try_recv() {
            self.client = client;
        }
        let properties = PublishProperties {
            correlation_data: Some(answer.invocation.to_vec().into()),
            ..PublishProperties::default()
        };
        let receipt = answer.receipt.clone();
        let sent = self.client.try_publish_with_properties(
            self.receipts.clone(),
            QoS::AtLeastOnce,
            false,
            receipt,
            properties,
        );
        if let Err(refused) = sent {
            warn!(error = %refused, "receipt not queued; the function will ask again");
        }
    }

    /// Says goodbye: presence turns to offline.
    pub async fn close(self) {
        let _ = self.client.try_publish(self.presence.clone(), QoS::AtLeastOnce, true, "offline");
        let _ = self.client.try_disconnect();
        // The poller ends on its own once the goodbye is out; it gets a moment, no more.
        let mut poller = self.poller;
        if tokio::time::timeout(Duration::from_secs(1), &mut poller).await.is_err() {
            poller.abort();
        }
    }
}

/// The one task that polls. It never publishes in a way that could wait on itself.
struct Poller {
    options: MqttOptions,
    command_topic: String,
    presence: String,
    stalled_after: Duration,
    commands: mpsc::Sender<Vec<u8>>,
    rebuilds: mpsc::Sender<AsyncClient>,
}

impl Poller {
    async fn run(self, mut client: AsyncClient, mut events: EventLoop) {
        let mut backoff = SHORTEST_BACKOFF;
        loop {
            if self.commands.is_closed() {
                return;
            }
            match tokio::time::timeout(self.stalled_after, events.poll()).await {
                Ok(Ok(event)) => {
                    if matches!(&event, Event::Incoming(Packet::ConnAck(_))) {
                        backoff = SHORTEST_BACKOFF;
                    }
                    if matches!(&event, Event::Outgoing(rumqttc::Outgoing::Disconnect)) {
                        return;
                    }
                    self.react(&client, event);
                }
                Ok(Err(lost)) => {
                    let wait = jittered(backoff);
                    warn!(error = %lost, wait_ms = wait.as_millis(), "line to the broker lost");
                    tokio::time::sleep(wait).await;
                    backoff = (backoff * 2).min(LONGEST_BACKOFF);
                }
                Err(_) => {
                    warn!("line to the broker stalled; rebuilding it");
                    (client, events) = AsyncClient::new(self.options.clone(), usize::from(INFLIGHT));
                    // A full channel means that a newer client is already on its way.
                    let _ = self.rebuilds.try_send(client.clone());
                }
            }
        }
    }

    fn react(&self, client: &AsyncClient, event: Event) {
        match event {
            Event::Incoming(Packet::ConnAck(ack)) => {
                info!(session_present = ack.session_present, "connected to the broker");
                // Subscribing again is harmless, and needed where the broker lost the session.
                let _ = client.try_subscribe(self.command_topic.clone(), QoS::AtLeastOnce);
                let _ = client.try_publish(self.presence.clone(), QoS::AtLeastOnce, true, "online");
            }
            Event::Incoming(Packet::Publish(publish)) if publish.topic == self.command_topic.as_bytes() => {
                if publish.retain {
                    // Commands are never retained; one that is was put there by somebody else.
                    warn!("retained command ignored");
                } else if self.commands.try_send(publish.payload.to_vec()).is_err() {
                    warn!("too many commands at once; this copy is dropped, the function sends another");
                }
            }
            other => debug!(?other, "mqtt"),
        }
    }
}

fn options(config: &BrokerConfig, vehicle: &str) -> Result<MqttOptions, TlsError> {
    let mut options = MqttOptions::new(format!("latchkey-{vehicle}"), &config.host, config.port);
    options
        .set_keep_alive(Duration::from_secs(config.keep_alive_secs.max(1)))
        .set_connection_timeout(10)
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_SECS))
        .set_receive_maximum(Some(INFLIGHT))
        .set_outgoing_inflight_upper_limit(INFLIGHT);
    let offline = LastWill::new(topics::presence(vehicle), "offline", QoS::AtLeastOnce, true, None);
    options.set_last_will(offline);
    if let Some(tls) = &config.tls {
        let read =
            |path: &PathBuf| std::fs::read(path).map_err(|source| TlsError { path: path.clone(), source });
        options.set_transport(Transport::tls_with_config(TlsConfiguration::SimpleNative {
            ca: read(&tls.ca)?,
            client_auth: Some((read(&tls.identity)?, tls.identity_password.clone())),
        }));
    }
    Ok(options)
}

/// Between half of it and all of it, so that a fleet does not come back in one beat.
fn jittered(backoff: Duration) -> Duration {
    backoff.mul_f64(rand::random_range(0.5..=1.0))
}
