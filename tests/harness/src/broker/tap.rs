use std::time::Duration;

use anyhow::{Context, Result, bail};
use rumqttc::v5::{
    AsyncClient, Event, MqttOptions,
    mqttbytes::{QoS, v5::Packet},
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// One message that passed the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it was published.
    pub topic: String,
    /// What was published.
    pub payload: Vec<u8>,
}

/// An eavesdropper: sees every message to and from a car, sends none.
#[derive(Debug)]
pub struct Tap {
    messages: mpsc::UnboundedReceiver<Message>,
    task: JoinHandle<()>,
}

impl Tap {
    /// Listens to the topics of every car. Returns once the broker has confirmed the subscription.
    pub async fn open(port: u16) -> Result<Self> {
        let mut options = MqttOptions::new(format!("tap-{}", rand::random::<u64>()), "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(5));
        let (client, mut events) = AsyncClient::new(options, 16);
        client.subscribe("latchkey/v1/#", QoS::AtLeastOnce).await?;
        timeout(Duration::from_secs(10), async {
            while !matches!(events.poll().await?, Event::Incoming(Packet::SubAck(_))) {}
            anyhow::Ok(())
        })
        .await
        .context("the broker never confirmed the tap")??;

        let (sender, messages) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            // The client keeps the request channel open for as long as the loop runs.
            let _client = client;
            while let Ok(event) = events.poll().await {
                if let Event::Incoming(Packet::Publish(publish)) = event {
                    let message = Message {
                        topic: String::from_utf8_lossy(&publish.topic).into_owned(),
                        payload: publish.payload.to_vec(),
                    };
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            }
        });
        Ok(Self { messages, task })
    }

    /// The next message that `wanted` accepts; others are passed over.
    pub async fn next(&mut self, limit: Duration, wanted: impl Fn(&Message) -> bool) -> Result<Message> {
        let search = async {
            while let Some(message) = self.messages.recv().await {
                if wanted(&message) {
                    return Ok(message);
                }
            }
            bail!("the tap lost the broker")
        };
        timeout(limit, search).await.context("the message never passed the broker")?
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}
