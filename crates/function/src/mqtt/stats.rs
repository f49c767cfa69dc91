//! What the courier has done since it started, for metrics.

use crate::stats::Counter;

/// What the courier has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CourierStats {
    /// Connections the broker accepted.
    pub connections: u64,
    /// Connections that ended or could not be made.
    pub losses: u64,
    /// Of these, those that the watchdog ended: the broker was silent, or did not acknowledge.
    pub watchdog: u64,
    /// Commands handed to the connection, first and repeated.
    pub publishes: u64,
    /// Commands that a connection ended before; the next one gets them.
    pub publishes_lost: u64,
    /// Commands the broker acknowledged.
    pub acknowledged: u64,
    /// Times the broker refused the subscription to receipts, so that no car's answer can be received.
    pub subscriptions_refused: u64,
    /// Messages handed to a conversation.
    pub received: u64,
    /// Messages dropped: of the wrong length, retained, or for a car without an open conversation.
    pub dropped: u64,
}

#[derive(Debug, Default)]
pub(super) struct CourierCounters {
    pub connections: Counter,
    pub losses: Counter,
    pub watchdog: Counter,
    pub publishes: Counter,
    pub publishes_lost: Counter,
    pub acknowledged: Counter,
    pub subscriptions_refused: Counter,
    pub received: Counter,
    pub dropped: Counter,
}

impl CourierCounters {
    pub fn stats(&self) -> CourierStats {
        CourierStats {
            connections: self.connections.get(),
            losses: self.losses.get(),
            watchdog: self.watchdog.get(),
            publishes: self.publishes.get(),
            publishes_lost: self.publishes_lost.get(),
            acknowledged: self.acknowledged.get(),
            subscriptions_refused: self.subscriptions_refused.get(),
            received: self.received.get(),
            dropped: self.dropped.get(),
        }
    }
}
