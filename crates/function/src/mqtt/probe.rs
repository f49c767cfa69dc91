//! Tries a broker without a car: may this client connect, hear receipts and send commands?

use std::time::Duration;

use latchkey_link::mqtt::{self, Line, Lost};
use latchkey_link::redacted::RedactedError;
use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use tokio::time::{Instant, timeout};

use super::config::{ConfigError, MqttConfig};
use super::publish::receipts;

/// Requests that wait for the connection to take them: a subscription and a command.
const QUEUE: usize = 4;
/// The vehicle that the command is for: no car's address, because it is no address.
const NO_VEHICLE: &str = "probe";

/// What a broker lets this client do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// From the first packet to the broker's acceptance.
    pub connected_in: Duration,
    /// Whether it may subscribe to the receipts of all cars.
    pub may_hear: bool,
    /// Whether it may publish commands; `None` if that was not asked for.
    pub may_command: Option<bool>,
    /// From the subscription to its acknowledgement.
    pub round_trip: Duration,
}

/// Why a broker could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the connection ended")]
    Lost(#[source] RedactedError),
    #[error("it did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
}

/// Connects, subscribes to all receipts, and publishes an empty message that no car hears if `with_command`. All of it takes
/// at most `limit`.
pub async fn probe(config: &MqttConfig, with_command: bool, limit: Duration) -> Result<Probe, ProbeError> {
    let prepared = config.prepare()?;
    let options = prepared.options(&prepared.random_client_id());
    let mut line = Line::new(options, prepared.acknowledgement_limit(), QUEUE);
    let probed = timeout(limit, talk(&mut line, with_command)).await;
    let probed = probed.map_err(|_| ProbeError::TimedOut(limit))?;
    probed.map_err(|lost| ProbeError::Lost(RedactedError::new(&lost)))
}

async fn talk(line: &mut Line, with_command: bool) -> Result<Probe, Lost> {
    let began = Instant::now();
    let (mut connected_in, mut round_trip, mut may_hear) = (Duration::ZERO, Duration::ZERO, false);
    let mut asked = began;
    loop {
        let may_command = match line.next().await? {
            Packet::ConnAck(_) => {
                (connected_in, asked) = (began.elapsed(), Instant::now());
                _ = line.connection().client.try_subscribe_many([receipts(topics::receipt("+"))]);
                continue;
            }
            Packet::SubAck(ack) => {
                (round_trip, may_hear) = (asked.elapsed(), mqtt::is_granted(&ack));
                if with_command {
                    let topic = topics::command(NO_VEHICLE);
                    _ = line.connection().client.try_publish(topic, QoS::AtLeastOnce, false, Vec::new());
                    continue;
                }
                None
            }
            Packet::PubAck(ack) => {
                Some(matches!(ack.reason, PubAckReason::Success | PubAckReason::NoMatchingSubscribers))
            }
            _ => continue,
        };
        return Ok(Probe { connected_in, may_hear, may_command, round_trip });
    }
}
