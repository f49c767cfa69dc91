//! The keeper: watches the program, calls car functions, and settles on the car's receipt.
//!
//! [`core`] decides; [`ledger`] reads the chain and lands transactions; [`functions`] calls the car functions; [`keeper`]
//! connects them.

pub mod config;
pub mod core;
pub mod functions;
pub mod keeper;
pub mod ledger;
