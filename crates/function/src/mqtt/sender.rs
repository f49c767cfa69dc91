//! The one task that publishes: one command after another, in the order in which conversations ask, and at most one of
//! each conversation at a time. So a thousand cars share the connection fairly, and a queue that is full delays commands
//! instead of losing them.

use std::sync::Arc;
use std::time::Duration;

use latchkey_link::mqtt::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tracing::debug;

use super::publish::publish;
use crate::courier::{Parcel, Replies};

/// A command to be sent once.
pub(super) struct Order {
    pub parcel: Arc<Parcel>,
    pub expires: Instant,
    pub replies: Replies,
    /// Told whether the connection took it.
    pub taken: oneshot::Sender<bool>,
}

/// Sends what is ordered, for as long as anybody can order.
pub(super) async fn serve(
    mut orders: mpsc::UnboundedReceiver<Order>,
    mut present: watch::Receiver<Option<Connection>>,
    counters: Arc<super::stats::CourierCounters>,
) {
    while let Some(order) = orders.recv().await {
        let Ok(connection) = present.wait_for(Option::is_some).await.map(|present| present.clone()) else {
            return;
        };
        // Nobody waits for it any more.
        if order.taken.is_closed() {
            continue;
        }
        let left = order.expires.saturating_duration_since(Instant::now());
        if left < Duration::from_secs(1) {
            debug!(invocation = %order.parcel.invocation, "the command has expired: only listening now");
            _ = order.taken.send(true);
            continue;
        }
        let Some(connection) = connection else { continue };
        let taken = publish(&connection.client, &order.parcel, left).await.is_ok();
        if taken {
            counters.publishes.add();
            order.replies.mark_sent();
        } else {
            counters.publishes_lost.add();
        }
        _ = order.taken.send(taken);
    }
}
