//! MQTT topics of a vehicle, named by the base58 text of its account's address.

use std::format;
use std::string::String;

/// Functions publish commands here.
pub fn command(vehicle: &str) -> String {
    format!("latchkey/v1/{vehicle}/command")
}

/// The car publishes receipts here.
pub fn receipt(vehicle: &str) -> String {
    format!("latchkey/v1/{vehicle}/receipt")
}

/// The car says here whether it is connected.
pub fn presence(vehicle: &str) -> String {
    format!("latchkey/v1/{vehicle}/presence")
}
