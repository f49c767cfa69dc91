//! MQTT 5: a line to a broker, which is one connection after another.
//!
//! The owner of a [`Line`] polls it in one task, reacts to each packet, and calls [`Line::reconnect`] when the
//! connection is lost. Every connection has a client and an event loop of its own, so that no state of one can wedge
//! the next. What was queued or not acknowledged is forgotten with its connection: owners repeat what matters.

mod line;
mod outage;
mod watchdog;

use std::time::Duration;

use rumqttc::v5::MqttOptions;
use rumqttc::v5::mqttbytes::v5::{SubAck, SubscribeReasonCode};
use rumqttc::{NetworkOptions, TlsConfiguration, Transport};

pub use line::{Connection, ConnectionNumber, Line, Lost};

/// The shortest keep-alive that the client library accepts, seconds.
pub const MIN_KEEP_ALIVE_SECS: u16 = 5;
/// How long name lookup, TCP, TLS and the broker's acceptance may take together, seconds.
const CONNECT_LIMIT_SECS: u64 = 10;

/// Where a broker is, and how to reach it.
#[derive(Clone, Debug)]
pub struct Endpoint<'a> {
    /// Host name, which the broker's certificate must show, or address.
    pub host: &'a str,
    pub port: u16,
    /// Pause between pings, seconds. Values below [`MIN_KEEP_ALIVE_SECS`] are raised to it.
    pub keep_alive_secs: u16,
    /// Without it, the connection is in the clear.
    pub tls: Option<TlsConfiguration>,
}

impl Endpoint<'_> {
    /// The client library's options for a client that the broker knows as `client_id`, where the owner adds the
    /// session, the last will and the limits it wants.
    pub fn options(self, client_id: String) -> MqttOptions {
        let mut options = MqttOptions::new(client_id, self.host, self.port);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        options
            .set_keep_alive(Duration::from_secs(self.keep_alive_secs.max(MIN_KEEP_ALIVE_SECS).into()))
            .set_connection_timeout(CONNECT_LIMIT_SECS)
            .set_network_options(network);
        if let Some(tls) = self.tls {
            options.set_transport(Transport::tls_with_config(tls));
        }
        options
    }
}

/// Whether the broker granted every subscription that it acknowledges here.
pub fn is_granted(ack: &SubAck) -> bool {
    ack.return_codes.iter().all(|code| matches!(code, SubscribeReasonCode::Success(_)))
}
