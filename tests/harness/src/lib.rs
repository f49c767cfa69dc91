//! Worlds to run Latchkey in: a real validator with brokers and processes, and the loan's life that is lived in them.

pub mod broker;
pub mod car;
pub mod gate;
pub mod ledger;
pub mod localnet;
pub mod story;
pub mod testbed;

pub use latchkey_tests_processes::process;
