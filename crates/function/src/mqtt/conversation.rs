//! One command on its way to one car.

use std::sync::Arc;
use std::time::Duration;

use latchkey_link::mqtt::Connection;
use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::PublishProperties;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::Shared;
use crate::courier::{Parcel, Replies};

/// Sends `parcel` until its [`Answers`](crate::courier::Answers) are dropped, or the courier stops.
pub(super) async fn hold(shared: Arc<Shared>, parcel: Parcel, replies: Replies) {
    let number = shared.mailboxes.open(&parcel.vehicle, replies.clone());
    tokio::select! {
        () = replies.closed() => {}
        () = send_again_and_again(&shared, &parcel, &replies) => {}
    }
    let connection = shared.connection.borrow().clone();
    shared.mailboxes.close(&parcel.vehicle, number, connection.as_ref());
}

/// Returns when the courier stops.
async fn send_again_and_again(shared: &Shared, parcel: &Parcel, replies: &Replies) {
    let expires = Instant::now() + parcel.expires_in;
    let mut present = shared.connection.clone();
    loop {
        let Ok(accepted) = present.wait_for(Option::is_some).await.map(|accepted| accepted.clone()) else {
            return;
        };
        let Some(connection) = accepted else { continue };
        let mut resend = shared.resend.clone();
        loop {
            send(shared, &connection, parcel, replies, expires);
            tokio::select! {
                () = sleep(resend.pause()) => {}
                changed = present.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
            }
        }
    }
}

/// Hands the command to the connection's queue, after the subscription that its answer needs: the broker takes them
/// in this order. If the queue is full, the next round tries again.
fn send(shared: &Shared, connection: &Connection, parcel: &Parcel, replies: &Replies, expires: Instant) {
    let left = expires.saturating_duration_since(Instant::now());
    if !shared.mailboxes.subscribe(&parcel.vehicle, connection) {
        shared.counters.publishes_refused.add();
        return;
    }
    if left < Duration::from_secs(1) {
        debug!(invocation = %parcel.invocation, "the command has expired: only listening now");
        return;
    }
    let vehicle = parcel.vehicle.to_string();
    let properties = PublishProperties {
        message_expiry_interval: Some(u32::try_from(left.as_secs()).unwrap_or(u32::MAX)),
        correlation_data: Some(parcel.invocation.to_bytes().to_vec().into()),
        ..PublishProperties::default()
    };
    let queued = connection.client.try_publish_with_properties(
        topics::command(&vehicle),
        QoS::AtLeastOnce,
        false,
        parcel.envelope.clone(),
        properties,
    );
    if queued.is_ok() {
        shared.counters.publishes.add();
        replies.mark_sent();
    } else {
        shared.counters.publishes_refused.add();
        warn!(%vehicle, "the connection's queue is full: the command is sent later");
    }
}
