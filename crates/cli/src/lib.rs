//! What `latchkey` at a terminal is made of: people's units, files, reading and sending, and what is shown. The
//! commands themselves are in the binary, one file each.

// Only the binary and its tests use this library.
#![allow(missing_docs)]

pub mod chain;
pub mod config;
pub mod contents;
pub mod disclosure;
pub mod keys;
pub mod lender_file;
pub mod printer;
pub mod send;
pub mod terms;
pub mod units;
pub mod views;
pub mod wire;
