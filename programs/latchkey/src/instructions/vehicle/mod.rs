//! Cars and their keys.

mod distrust_device;
mod register_vehicle;
mod retire_vehicle;
mod rotate_device_key;

pub use distrust_device::*;
pub use register_vehicle::*;
pub use retire_vehicle::*;
pub use rotate_device_key::*;
