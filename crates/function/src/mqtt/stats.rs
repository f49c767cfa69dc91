//! What the courier has done since it started, for metrics.

use crate::stats::Counter;

/// What the courier has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CourierStats {
    /// Connections the broker accepted.
    pub connections: u64,
    /// Connections that ended or could not be made.
    pub losses: u64,
    /// Of these, the ones given up by the watchdog: silent, or without acknowledgements.
    pub watchdog: u64,
    /// Commands handed to the connection, first and repeated.
    pub publishes: u64,
    /// Commands the connection's queue was too full to take; they are sent later.
    pub publishes_refused: u64,
    /// Commands the broker acknowledged.
    pub acknowledged: u64,
    /// Subscriptions the broker refused: its access list does not let this client hear the car.
    pub subscriptions_refused: u64,
    /// Messages handed to a conversation.
    pub received: u64,
    /// Messages of no use: of the wrong length, retained, or for nobody.
    pub dropped: u64,
}

#[derive(Debug, Default)]
pub(super) struct CourierCounters {
    pub connections: Counter,
    pub losses: Counter,
    pub watchdog: Counter,
    pub publishes: Counter,
    pub publishes_refused: Counter,
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
            publishes_refused: self.publishes_refused.get(),
            acknowledged: self.acknowledged.get(),
            subscriptions_refused: self.subscriptions_refused.get(),
            received: self.received.get(),
            dropped: self.dropped.get(),
        }
    }
}
