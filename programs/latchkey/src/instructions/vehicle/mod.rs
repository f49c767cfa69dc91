//! Cars and their keys.

mod register_vehicle;

pub use register_vehicle::*;
