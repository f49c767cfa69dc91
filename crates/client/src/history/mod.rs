//! What a loan's accounts do not hold: its payments and calls one by one, from the events of its transactions.

mod calls;
mod payments;
mod sent;

pub use calls::{Asked, Call, Claim, DeviceKey, End, calls, device_keys};
pub use payments::{Entry, Line, Loan, Missing, Parts, Past, payments};
pub use sent::{Sent, sent};

use crate::events::Event;

/// A transaction that succeeded, as a node tells of it.
pub struct Transaction {
    /// Its first signature, by which a node finds it.
    pub signature: String,
    /// The time of its block, Unix seconds; none if the node does not know it.
    pub time: Option<i64>,
    /// The program's events in it, in order.
    pub events: Vec<Event>,
    /// What the car wallet held before and after, base units; none if the transaction does not name it.
    pub wallet: Option<Held>,
}

/// What a token account held around a transaction, base units. One that does not exist holds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Before it.
    pub before: u64,
    /// After it.
    pub after: u64,
}

/// Which transaction something stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The transaction's first signature.
    pub signature: String,
    /// The time of its block, Unix seconds; none if the node does not know it.
    pub time: Option<i64>,
}

impl Transaction {
    fn at(&self) -> At {
        At { signature: self.signature.clone(), time: self.time }
    }
}
