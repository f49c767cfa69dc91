//! The parts of `latchkey` at a terminal: units, files, reading the cluster, sending transactions, and views. The commands
//! are in the binary, one file each.

// Only the binary and its tests use this library.
#![allow(missing_docs)]

pub mod audit;
pub mod car_function;
pub mod chain;
pub mod config;
pub mod disclosure;
pub mod function_at;
pub mod hand_over;
pub mod lender_file;
pub mod party;
pub mod printer;
pub mod send;
pub mod terms;
pub mod toml_file;
pub mod transaction;
pub mod units;
pub mod views;
