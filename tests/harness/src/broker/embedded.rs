use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};

use crate::process::free_port;

/// A broker in threads of this process, with an MQTT 5 listener on a free port of this machine. It lives as long as the
/// process.
#[derive(Debug)]
pub struct EmbeddedBroker {
    port: u16,
}

impl EmbeddedBroker {
    /// Starts it.
    pub fn start() -> Result<Self> {
        let port = free_port()?;
        let mut broker = Broker::new(configuration(port));
        thread::Builder::new().name("broker".to_owned()).spawn(move || drop(broker.start()))?;
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() > deadline {
                bail!("the broker in this process does not listen on port {port}");
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Self { port })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn configuration(port: u16) -> Config {
    let connections = ConnectionSettings {
        connection_timeout_ms: 10_000,
        max_payload_size: 16 * 1024,
        max_inflight_count: 100,
        auth: None,
        external_auth: None,
        dynamic_filters: true,
    };
    let server = ServerSettings {
        name: "mqtt5".to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        tls: None,
        next_connection_delay_ms: 1,
        connections,
    };
    Config {
        router: RouterConfig {
            max_connections: 64,
            max_outgoing_packet_count: 200,
            max_segment_size: 1024 * 1024,
            max_segment_count: 10,
            ..RouterConfig::default()
        },
        v5: Some(HashMap::from([("loopback".to_owned(), server)])),
        ..Config::default()
    }
}
