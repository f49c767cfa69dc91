//! One command on its way to one car.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::PublishProperties;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::{Link, Shared};
use crate::courier::{Parcel, Replies};

/// Sends `parcel` until nobody listens for answers any more, or the courier stops.
pub(super) async fn hold(shared: Arc<Shared>, parcel: Parcel, replies: Replies) {
    let number = shared.mailboxes.open(&parcel.vehicle, replies.clone());
    tokio::select! {
        () = replies.closed() => {}
        () = send_again_and_again(&shared, &parcel, &replies) => {}
    }
    let link = shared.link.borrow().clone();
    shared.mailboxes.close(&parcel.vehicle, number, link.as_ref());
}

/// Returns when the courier stops.
async fn send_again_and_again(shared: &Shared, parcel: &Parcel, replies: &Replies) {
    let expires = Instant::now() + parcel.expires_in;
    let mut link = shared.link.clone();
    loop {
        let Ok(connected) = link.wait_for(Option::is_some).await.map(|link| link.clone()) else { return };
        let Some(connected) = connected else { continue };
        let mut resend = shared.resend.clone();
        loop {
            send(shared, &connected, parcel, replies, expires);
            tokio::select! {
                () = sleep(resend.pause()) => {}
                changed = link.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
            }
        }
    }
}

/// Hands the command to the connection's queue, after the subscription that its answer needs: the broker takes them
/// in this order. A full queue is no fault, the next round tries again.
fn send(shared: &Shared, link: &Link, parcel: &Parcel, replies: &Replies, expires: Instant) {
    let left = expires.saturating_duration_since(Instant::now());
    if !shared.mailboxes.subscribe(&parcel.vehicle, link) {
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
    let queued = link.client.try_publish_with_properties(
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
