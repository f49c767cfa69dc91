//! A line to a broker that can be frozen, and the function's side of the conversation.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use latchkey_protocol::{Key, topics};
use latchkey_tests_processes::Mosquitto;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tokio::io::copy_bidirectional;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Longer than anything here takes.
pub const LIMIT: Duration = Duration::from_secs(25);

/// A broker that serves every client; `None` where there is no mosquitto.
pub async fn broker() -> Option<Mosquitto> {
    broker_with(|_| "allow_anonymous true\n".to_owned()).await
}

/// A broker with these settings, whose files are in the directory given.
pub async fn broker_with(settings: impl FnOnce(&Path) -> String) -> Option<Mosquitto> {
    if !Mosquitto::is_installed() {
        return None;
    }
    Some(Mosquitto::alone_with(settings).await.unwrap())
}

/// A line to a broker that can freeze.
pub struct Line {
    pub port: u16,
    freezes: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Line {
    pub async fn to(port: u16) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (freezes, watched) = watch::channel(());
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                connections.spawn(connection(near, port, watched.clone()));
            }
        });
        Self { port: own, freezes, task }
    }

    /// Freezes the connections that stand: they stay open and pass on nothing. New ones are served.
    pub fn freeze(&self) {
        self.freezes.send_replace(());
    }
}

async fn connection(mut near: tokio::net::TcpStream, port: u16, mut freezes: watch::Receiver<()>) {
    freezes.mark_unchanged();
    let Ok(mut far) = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    let frozen = tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => false,
        _ = freezes.changed() => true,
    };
    if frozen {
        std::future::pending::<()>().await;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A function as the broker sees it: sends commands to one car and hears all it says.
pub struct Function {
    client: AsyncClient,
    heard: mpsc::UnboundedReceiver<Publish>,
    vehicle: String,
    task: JoinHandle<()>,
}

impl Function {
    /// Returns once the broker has confirmed the subscription.
    pub async fn connect(port: u16, vehicle: &Key) -> Self {
        let vehicle = bs58::encode(vehicle).into_string();
        let mut options = MqttOptions::new(format!("function-{}", rand::random::<u64>()), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(30));
        Self::connect_with(options, vehicle).await
    }

    pub async fn connect_with(options: MqttOptions, vehicle: String) -> Self {
        let (client, mut events) = AsyncClient::new(options, 512);
        for topic in [topics::receipt(&vehicle), topics::presence(&vehicle)] {
            client.subscribe(topic, QoS::AtLeastOnce).await.unwrap();
        }
        let (heard_by, heard) = mpsc::unbounded_channel();
        let mut confirmed = 0;
        while confirmed < 2 {
            match tokio::time::timeout(LIMIT, events.poll()).await.unwrap().unwrap() {
                Event::Incoming(Packet::SubAck(_)) => confirmed += 1,
                Event::Incoming(Packet::Publish(publish)) => heard_by.send(publish).unwrap(),
                _ => {}
            }
        }
        let task = tokio::spawn(async move {
            while let Ok(event) = events.poll().await {
                if let Event::Incoming(Packet::Publish(publish)) = event
                    && heard_by.send(publish).is_err()
                {
                    return;
                }
            }
        });
        Self { client, heard, vehicle, task }
    }

    /// Publishes as a function must.
    pub async fn command(&self, invocation: Key, message: Vec<u8>) {
        let properties = PublishProperties {
            message_expiry_interval: Some(60),
            correlation_data: Some(invocation.to_vec().into()),
            ..PublishProperties::default()
        };
        let topic = topics::command(&self.vehicle);
        let client = &self.client;
        client.publish_with_properties(topic, QoS::AtLeastOnce, false, message, properties).await.unwrap();
    }

    /// Publishes a retained command, which no function does.
    pub async fn retained_command(&self, message: Vec<u8>) {
        self.client.publish(topics::command(&self.vehicle), QoS::AtLeastOnce, true, message).await.unwrap();
    }

    /// The next receipt.
    pub async fn receipt(&mut self) -> Publish {
        let topic = topics::receipt(&self.vehicle);
        self.wait(|publish| publish.topic == topic.as_bytes(), "a receipt").await
    }

    /// Waits until presence is this.
    pub async fn presence(&mut self, wanted: &str) -> Publish {
        let topic = topics::presence(&self.vehicle);
        let is =
            |publish: &Publish| publish.topic == topic.as_bytes() && publish.payload == wanted.as_bytes();
        self.wait(is, wanted).await
    }

    /// Everything that has arrived and was not waited for.
    pub fn unread(&mut self) -> Vec<Publish> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }

    async fn wait(&mut self, is: impl Fn(&Publish) -> bool, what: &str) -> Publish {
        let search = async {
            loop {
                let publish = self.heard.recv().await.expect("the broker is there");
                if is(&publish) {
                    return publish;
                }
            }
        };
        tokio::time::timeout(LIMIT, search).await.unwrap_or_else(|_| panic!("never heard {what}"))
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.task.abort();
    }
}
