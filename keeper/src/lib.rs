//! The keeper: watches the program, calls car functions, and settles on the car's receipt.
//!
//! [`core`] decides; [`ledger`] is the chain, which [`ingest`] reads and [`landing`] sends transactions to, both through
//! [`nodes`]; [`functions`] calls the car functions; [`keeper`] connects them, and tells at [`surface`] how it is.
//! [`commands`] is the command line, [`doctor`] looks at what a keeper needs, and [`dry_run`] sends nothing.

pub mod commands;
pub mod config;
pub mod core;
pub mod doctor;
pub mod dry_run;
pub mod functions;
pub mod ingest;
pub mod keeper;
pub mod landing;
pub mod ledger;
pub mod nodes;
pub mod surface;
