//! The courier of a function that lives for one call: it connects, subscribes, publishes, waits and disconnects, within the
//! call. Each conversation has a connection and a client id of its own, so that calls under way at once never throw each
//! other out. A receipt that was missed is fetched again: a car answers a number that it knows with the receipt that it
//! stored.

use std::sync::Arc;
use std::time::Duration;

use latchkey_link::mqtt::{self, Line, Lost};
use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::debug;

use super::config::{ConfigError, MqttConfig, Prepared};
use super::publish::{is_receipt, publish, receipts};
use crate::courier::{Answers, Courier, Parcel, Replies};

/// Requests that wait for the connection to take them: a subscription, a command, a goodbye.
const QUEUE: usize = 16;
/// How long the broker may take to hear the goodbye.
const GOODBYE: Duration = Duration::from_millis(500);

/// Sends each command on a connection of its own.
#[derive(Clone)]
pub struct SessionCourier {
    prepared: Arc<Prepared>,
}

impl SessionCourier {
    /// Reads the files that `config` names, and opens no connection yet.
    pub fn new(config: &MqttConfig) -> Result<Self, ConfigError> {
        Ok(Self { prepared: Arc::new(config.prepare()?) })
    }
}

impl Courier for SessionCourier {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        let (put_down, said) = oneshot::channel();
        let prepared = Arc::clone(&self.prepared);
        tokio::spawn(async move {
            hold(&prepared, &parcel, &replies).await;
            _ = put_down.send(());
        });
        answers.put_down(said)
    }
}

/// Talks to the car until the [`Answers`] are dropped, then disconnects.
async fn hold(prepared: &Prepared, parcel: &Parcel, replies: &Replies) {
    let expires = Instant::now() + parcel.expires_in;
    let options = prepared.options(&prepared.random_client_id());
    let mut line = Line::new(options, prepared.acknowledgement_limit(), QUEUE);
    tokio::select! {
        () = replies.closed() => {}
        () = talk(prepared, &mut line, parcel, replies, expires) => {}
    }
    // Polled until it has left, so that the broker forgets the client at once.
    if line.connection().client.try_disconnect().is_ok() {
        let gone = async { while line.next().await.is_ok() {} };
        _ = timeout(GOODBYE, gone).await;
    }
}

/// One connection after another, for as long as it is polled.
async fn talk(prepared: &Prepared, line: &mut Line, parcel: &Parcel, replies: &Replies, expires: Instant) {
    loop {
        let (subscribed, ready) = watch::channel(false);
        let client = line.connection().client.clone();
        let sending = async {
            let mut ready = ready;
            if ready.wait_for(|ready| *ready).await.is_err() {
                return;
            }
            let mut pauses = prepared.resend();
            loop {
                let left = expires.saturating_duration_since(Instant::now());
                // A command that has expired is not sent any more; its answer may still come.
                if left >= Duration::from_secs(1) && publish(&client, parcel, left).await.is_ok() {
                    replies.mark_sent();
                }
                sleep(pauses.pause()).await;
            }
        };
        let lost = tokio::select! {
            lost = listen(line, parcel, replies, &subscribed) => lost,
            () = sending => Lost::Closed,
        };
        line.reconnect(&lost).await;
    }
}

/// Polls one connection until it ends. Nothing else polls it, and nothing interrupts a poll but the end of the call.
async fn listen(
    line: &mut Line,
    parcel: &Parcel,
    replies: &Replies,
    subscribed: &watch::Sender<bool>,
) -> Lost {
    let topic = topics::receipt(&parcel.vehicle.to_string());
    loop {
        match line.next().await {
            Ok(Packet::ConnAck(_)) => {
                // The queue is empty: this is the first request on this connection.
                _ = line.connection().client.try_subscribe_many([receipts(topic.clone())]);
            }
            Ok(Packet::SubAck(ack)) if mqtt::is_granted(&ack) => _ = subscribed.send(true),
            Ok(Packet::SubAck(_)) => return Lost::Refused,
            Ok(Packet::Publish(publish)) => {
                let is_answer =
                    !publish.retain && publish.topic == topic.as_bytes() && is_receipt(&publish.payload);
                if !(is_answer && replies.pass_on(publish.payload.to_vec())) {
                    debug!(topic = ?publish.topic, "message dropped: it is no answer of this car");
                }
            }
            Ok(_) => {}
            Err(lost) => return lost,
        }
    }
}
