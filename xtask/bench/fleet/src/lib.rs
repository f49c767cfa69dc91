//! Measures a keeper on a real validator: what it takes when nothing happens, how soon it locks after a deadline, and how
//! many locks a second it settles when all fall due at once. Validator, broker, keeper and cars are processes of their own;
//! this one sets them up, watches the chain and listens at the broker.

mod bulk;
mod cars;
pub mod drain;
pub mod idle;
mod keeper;
mod keeper_log;
pub mod lapse;
mod observer;
mod setup;
mod usage;
mod world;
