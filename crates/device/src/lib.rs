//! The car's agent. It obeys commands signed by keys it was given, answers with receipts signed by its own key, and
//! remembers across power cuts what it has done. `docs/protocol.md` is the contract it keeps.
//!
//! - [`agent`]: the rules, pure: no clock, no disk, no network.
//! - [`store`]: what survives a power cut.
//! - [`car`]: the car as the agent sees it, and a simulated one.
//! - [`device`]: the agent at work between store, car and [`mqtt`].
//! - [`fleet`]: many simulated cars at work.

pub mod agent;
pub mod car;
pub mod clock;
pub mod config;
pub mod device;
pub mod fleet;
pub mod mqtt;
pub mod state;
pub mod store;
