//! The car's agent. It obeys commands signed by keys it was given, answers with receipts signed by its own key, and
//! remembers across power cuts what it has done. It follows the protocol in `docs/protocol.md`.
//!
//! - [`agent`]: the rules, pure: no clock, no disk, no network.
//! - [`identity`]: which messages are orders for this car; [`keyring`]: whose orders it obeys.
//! - [`state`]: what it remembers; [`store`]: what of it survives a power cut.
//! - [`address`]: addresses of the chain that it must name itself.
//! - [`trusted`]: the time, as far as it can be trusted.
//! - [`car`]: the car as the agent sees it, and a simulated one; [`interlock`]: when it may be locked.
//! - [`port`]: the ways to the car, of which [`mqtt`] is one.
//! - [`device`]: carries out what the agent decides, with store, car and ports.
//! - [`fleet`]: many simulated cars in one process.

pub mod address;
pub mod agent;
pub mod car;
pub mod clock;
pub mod config;
pub mod device;
pub mod fleet;
pub mod identity;
pub mod interlock;
pub mod keyring;
pub mod mqtt;
pub mod port;
pub mod state;
pub mod store;
pub mod trusted;
