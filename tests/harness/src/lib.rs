//! Environments to run Latchkey in, from one process to a real validator with processes, and the life of a loan to run
//! there.

#![allow(
    missing_docs,
    reason = "of a test's own parts, only those are described that their name does not explain"
)]

pub mod broker;
pub mod car;
pub mod function;
pub mod gate;
pub mod ledger;
pub mod localnet;
pub mod page;
pub mod rpc;
pub mod sponsor;
pub mod story;
pub mod testbed;

pub use latchkey_tests_processes::process;
