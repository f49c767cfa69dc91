//! Latchkey under faults. The keeper's core, the function, the car's agent and the program's bytes are the real ones; the
//! wires between them are direct calls, so that a fault falls exactly where a test wants it and every run is the same.
//!
//! [`fault`] says what goes wrong and when, [`wire`] is the wire between function and car, [`sim`] puts the parts
//! together, and [`scenario`] is the life of a loan in it: one instalment paid, the next missed, the default cured.
//! [`fleet`] is many loans around the keeper's whole loop, with faults drawn from a seed.

#![allow(
    missing_docs,
    reason = "of a test's own parts, only those are described that their name does not explain"
)]

pub mod fault;
pub mod fleet;
pub mod scenario;
pub mod sim;
pub mod wire;
