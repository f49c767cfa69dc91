//! Another client of the broker: a car that receives its commands and publishes what the test wants, or an intruder.

use std::time::Duration;

use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a test waits for what must happen.
pub const LIMIT: Duration = Duration::from_secs(20);

/// A client of the broker that is subscribed to one vehicle's commands, again after each loss of the connection.
pub struct Peer {
    client: AsyncClient,
    vehicle: String,
    heard: mpsc::UnboundedReceiver<Publish>,
    subscribed: mpsc::UnboundedReceiver<()>,
    acknowledged: mpsc::UnboundedReceiver<()>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Connects to the broker at `port`, and returns once it is subscribed.
    pub async fn of(vehicle: &str, port: u16) -> Self {
        let mut options = MqttOptions::new(format!("peer-{:016x}", rand::random::<u64>()), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(5));
        let (client, mut events) = AsyncClient::new(options, 64);
        let topic = topics::command(vehicle);
        let (commands, heard) = mpsc::unbounded_channel();
        let (pubacks, acknowledged) = mpsc::unbounded_channel();
        let (subacks, subscribed) = mpsc::unbounded_channel();
        let own = client.clone();
        let task = tokio::spawn(async move {
            loop {
                // Whatever the test no longer awaits may be lost.
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        own.try_subscribe(&topic, QoS::AtLeastOnce).unwrap();
                    }
                    Ok(Event::Incoming(Packet::SubAck(_))) => _ = subacks.send(()),
                    Ok(Event::Incoming(Packet::PubAck(_))) => _ = pubacks.send(()),
                    Ok(Event::Incoming(Packet::Publish(publish))) => _ = commands.send(publish),
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        });
        let vehicle = vehicle.to_owned();
        let mut peer = Self { client, vehicle, heard, subscribed, acknowledged, task };
        peer.is_back().await;
        peer
    }

    /// Returns once it is subscribed again. What it heard before is forgotten.
    pub async fn is_back(&mut self) {
        timeout(LIMIT, self.subscribed.recv()).await.expect("the broker takes the subscription");
        while self.heard.try_recv().is_ok() {}
    }

    /// The next command it hears.
    pub async fn hears(&mut self) -> Publish {
        timeout(LIMIT, self.heard.recv()).await.expect("a command arrives").unwrap()
    }

    /// Whether it hears nothing for this long. What it has heard before does not count.
    pub async fn hears_nothing_for(&mut self, time: Duration) -> bool {
        while self.heard.try_recv().is_ok() {}
        timeout(time, self.heard.recv()).await.is_err()
    }

    /// Publishes on its vehicle's receipt topic.
    pub async fn says(&mut self, message: &[u8]) {
        self.publish(&topics::receipt(&self.vehicle), message, false).await;
    }

    /// Publishes anything anywhere, and returns once the broker has it.
    pub async fn publish(&mut self, topic: &str, message: &[u8], retain: bool) {
        self.client.publish(topic, QoS::AtLeastOnce, retain, message.to_vec()).await.unwrap();
        timeout(LIMIT, self.acknowledged.recv()).await.expect("the broker takes the message");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client of the broker that is every car at once.
pub struct Fleet {
    client: AsyncClient,
    heard: mpsc::UnboundedReceiver<String>,
    task: JoinHandle<()>,
}

impl Fleet {
    /// Connects to the broker at `port`, and returns once it is subscribed.
    pub async fn of(port: u16) -> Self {
        let mut options =
            MqttOptions::new(format!("fleet-{:016x}", rand::random::<u64>()), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(5));
        let (client, mut events) = AsyncClient::new(options, 64);
        client.try_subscribe(topics::command("+"), QoS::AtLeastOnce).unwrap();
        let (topics, heard) = mpsc::unbounded_channel();
        let (subacks, mut subscribed) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Ok(event) = events.poll().await {
                match event {
                    Event::Incoming(Packet::SubAck(_)) => _ = subacks.send(()),
                    Event::Incoming(Packet::Publish(publish)) => {
                        _ = topics.send(String::from_utf8_lossy(&publish.topic).into_owned());
                    }
                    _ => {}
                }
            }
        });
        timeout(LIMIT, subscribed.recv()).await.expect("the broker takes the subscription");
        Self { client, heard, task }
    }

    /// The topic of the next command.
    pub async fn hears(&mut self) -> String {
        timeout(LIMIT, self.heard.recv()).await.expect("a command arrives").unwrap()
    }

    pub async fn says(&mut self, topic: &str, message: &[u8]) {
        self.client.publish(topic, QoS::AtLeastOnce, false, message.to_vec()).await.unwrap();
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.task.abort();
    }
}
