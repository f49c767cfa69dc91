//! A command as it is published.

use std::time::Duration;

use latchkey_protocol::topics;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, PublishProperties, RetainForwardRule};
use rumqttc::v5::{AsyncClient, ClientError};

use latchkey_protocol::{HandOverReceipt, Receipt, sealed};

use crate::courier::Parcel;

/// The length of every signed receipt of a command.
pub(super) const RECEIPT_LEN: usize = sealed::SEAL_LEN + Receipt::LEN;
/// The length of every signed receipt of a hand-over or a release.
const HANDED_LEN: usize = sealed::SEAL_LEN + HandOverReceipt::LEN;

/// Whether a message has the length of a receipt.
pub(super) fn is_receipt(message: &[u8]) -> bool {
    [RECEIPT_LEN, HANDED_LEN].contains(&message.len())
}

/// A subscription to receipts. One that the broker retained is old, so it is not asked for.
pub(super) fn receipts(topic: String) -> Filter {
    Filter { retain_forward_rule: RetainForwardRule::Never, ..Filter::new(topic, QoS::AtLeastOnce) }
}

/// Hands the command to the connection, and waits until its queue has room.
pub(super) async fn publish(
    client: &AsyncClient,
    parcel: &Parcel,
    left: Duration,
) -> Result<(), ClientError> {
    let properties = PublishProperties {
        message_expiry_interval: Some(u32::try_from(left.as_secs()).unwrap_or(u32::MAX)),
        correlation_data: Some(parcel.invocation.to_bytes().to_vec().into()),
        ..PublishProperties::default()
    };
    let topic = topics::command(&parcel.vehicle.to_string());
    client.publish_with_properties(topic, QoS::AtLeastOnce, false, parcel.envelope.clone(), properties).await
}
