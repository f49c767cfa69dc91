//! Transactions that people hand to each other: what they would do, and their text form.

mod arguments;
pub mod contents;
pub mod idl;
pub mod wire;
