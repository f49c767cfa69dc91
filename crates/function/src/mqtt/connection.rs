//! The one task that polls.

use std::sync::Arc;

use latchkey_link::mqtt::{self, Connection, Line, Lost};
use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::sync::watch;
use tracing::debug;

use super::Shared;
use super::publish::receipts;

/// Connects again and again, until the task is aborted.
pub(super) async fn keep(mut line: Line, accepted: watch::Sender<Option<Connection>>, shared: Arc<Shared>) {
    loop {
        let lost = serve(&mut line, &accepted, &shared).await;
        accepted.send_replace(None);
        shared.counters.losses.add();
        if lost.is_by_watchdog() {
            shared.counters.watchdog.add();
        }
        line.reconnect(&lost).await;
    }
}

/// Polls one connection until it ends.
async fn serve(line: &mut Line, accepted: &watch::Sender<Option<Connection>>, shared: &Shared) -> Lost {
    loop {
        match line.next().await {
            Ok(Packet::ConnAck(_)) => {
                shared.counters.connections.add();
                // The queue is empty: this is the first request on this connection.
                let all = receipts(topics::receipt("+"));
                _ = line.connection().client.try_subscribe_many([all]);
            }
            // Commands go out when their answers can come in.
            Ok(Packet::SubAck(ack)) if mqtt::is_granted(&ack) => {
                accepted.send_replace(Some(line.connection().clone()));
            }
            Ok(Packet::SubAck(_)) => {
                shared.counters.subscriptions_refused.add();
                return Lost::Refused;
            }
            Ok(Packet::Publish(publish)) => {
                if !publish.retain && shared.mailboxes.deliver(&publish.topic, &publish.payload) {
                    shared.counters.received.add();
                } else {
                    shared.counters.dropped.add();
                    debug!(topic = ?publish.topic, "message dropped: no conversation can use it");
                }
            }
            Ok(Packet::PubAck(_)) => shared.counters.acknowledged.add(),
            Ok(_) => {}
            Err(lost) => return lost,
        }
    }
}
