//! The broker: reached, and open to what the keeper does there.

use std::time::Duration;

use latchkey_function::mqtt::{Probe, probe};
use latchkey_link::redacted::RedactedError;

use super::Findings;
use super::keys::Keys;
use crate::config::Config;

/// How long the broker may take for everything.
const LIMIT: Duration = Duration::from_secs(12);

pub(super) async fn examine(config: &Config, keys: &Keys, findings: &mut Findings) {
    let name = format!("{}:{}", config.broker.host, config.broker.port);
    let commands = !keys.command.is_empty();
    match probe(&config.broker, commands, LIMIT).await {
        Err(error) => {
            let remedy = "check [broker]: host, port, certificates, and that the broker runs";
            findings.fault("broker", name, RedactedError::new(&error), remedy);
        }
        Ok(Probe { may_hear: false, .. }) => {
            let remedy = "let this client subscribe to latchkey/v1/+/receipt in the broker's access list";
            findings.fault("broker", name, "it refuses the subscription to receipts", remedy);
        }
        Ok(Probe { may_command: Some(false), .. }) => {
            let remedy = "let this client publish to latchkey/v1/+/command in the broker's access list";
            findings.fault("broker", name, "it refuses commands", remedy);
        }
        Ok(Probe { connected_in, round_trip, .. }) => {
            let (connected, round_trip) = (connected_in.as_millis(), round_trip.as_millis());
            findings.ok(
                "broker",
                name,
                format_args!("connected in {connected} ms, round trip {round_trip} ms"),
            );
        }
    }
    if config.broker.tls.is_none() && !is_here(&config.broker.host) {
        let remedy =
            "set [broker.tls]: receipts and commands are signed, but who commands which car can be read";
        findings.warning("broker", config.broker.host.as_str(), "the connection is in the clear", remedy);
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
