//! The one task that polls. It never publishes in a way that could wait on itself.

use latchkey_link::mqtt::{self, Line, Lost};
use rumqttc::v5::AsyncClient;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, Packet};
use tokio::sync::{mpsc, watch};
use tracing::{debug, warn};

use super::Heard;

pub(super) struct Poller {
    pub line: Line,
    pub command_topic: String,
    pub presence: String,
    pub heard: mpsc::Sender<Heard>,
    /// The present connection, once the car is subscribed on it.
    pub subscribed: watch::Sender<Option<AsyncClient>>,
}

impl Poller {
    /// Connects again and again, until the connection is closed or the [`Link`](super::Link) is gone.
    pub async fn run(mut self) {
        loop {
            let lost = self.serve_connection().await;
            self.subscribed.send_replace(None);
            if matches!(lost, Lost::Closed) {
                return;
            }
            tokio::select! {
                biased;
                () = self.heard.closed() => return,
                () = self.line.reconnect(&lost) => {}
            }
        }
    }

    /// Polls one connection until it ends.
    async fn serve_connection(&mut self) -> Lost {
        loop {
            let reaction = match self.line.next().await {
                Ok(packet) => self.react(packet).await,
                Err(lost) => return lost,
            };
            if let Err(lost) = reaction {
                return lost;
            }
        }
    }

    async fn react(&mut self, packet: Packet) -> Result<(), Lost> {
        let client = &self.line.connection().client;
        match packet {
            Packet::ConnAck(_) => {
                // Subscribing again is harmless, and needed where the broker lost the session. The queue is new and
                // takes it.
                let mut commands = Filter::new(self.command_topic.clone(), QoS::AtLeastOnce);
                // Without this, a broker takes the mark of a retained message off when it is published.
                commands.preserve_retain = true;
                let _ = client.try_subscribe_many([commands]);
            }
            Packet::SubAck(ack) if mqtt::is_granted(&ack) => {
                // Online only now, because a function that reads it may send a command at once.
                let _ = client.try_publish(self.presence.clone(), QoS::AtLeastOnce, true, "online");
                self.subscribed.send_replace(Some(client.clone()));
                hand_on(&self.heard, Heard::Connected).await;
            }
            Packet::SubAck(_) => return Err(Lost::Refused),
            Packet::Publish(publish) if publish.topic == self.command_topic.as_bytes() => {
                if publish.retain {
                    // Functions never retain a command, so another client published this one.
                    warn!("retained command ignored");
                } else {
                    hand_on(&self.heard, Heard::Command(publish.payload.to_vec())).await;
                }
            }
            other => debug!(?other, "mqtt"),
        }
        Ok(())
    }
}

/// Waits while the agent is behind, so that the newest of many commands is not the one that is lost. The agent never
/// waits for this task, except to end it, and then it has closed the channel.
async fn hand_on(agent: &mpsc::Sender<Heard>, heard: Heard) {
    let _ = agent.send(heard).await;
}
