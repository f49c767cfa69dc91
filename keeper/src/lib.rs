//! The keeper: watches the program, calls car functions, and settles on the car's receipt.
//!
//! [`core`] decides and does nothing else; [`ledger`] is the chain; [`functions`] calls the car's function; [`keeper`]
//! runs them together.

pub mod config;
pub mod core;
pub mod functions;
pub mod keeper;
pub mod ledger;
