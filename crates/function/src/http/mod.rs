//! A function over HTTP, as both ends see it: the [`event`] that asks, the [`reply`] that comes back, and a [`client`].

pub mod client;
pub mod event;
pub mod reply;

/// The longest event that is read, bytes.
pub const LONGEST_EVENT: usize = 4 * 1024;
/// The longest reply that is read, bytes.
pub const LONGEST_REPLY: usize = 16 * 1024;
