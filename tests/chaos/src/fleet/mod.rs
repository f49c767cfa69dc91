//! Many loans, and keepers whose whole loop is the real one: core, desk, ingest, sessions and function. Around them is a
//! world in this process: a chain that executes the program's bytes in blocks and forks, nodes behind the keeper's own
//! transport, a broker, and cars with the real agent. Time is virtual, so hours pass in seconds, and every run of a seed
//! is the same.
//!
//! [`plan`] is what a seed makes, `world` what happens around the keepers, [`run`] the run of a seed with all that must be
//! true of it, and [`lie`] how the chaos itself is tested.

mod audit;
mod borrower;
mod car;
mod chain;
mod draw;
mod genesis;
mod keeper;
pub mod lie;
mod node;
mod oracle;
pub mod plan;
pub mod run;
pub mod summary;
mod trace;
mod transport;
mod websocket;
mod world;
