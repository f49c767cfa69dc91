//! MQTT brokers for cars and keepers to meet at: mosquitto as a process, and one inside this process.

mod embedded;
mod mosquitto;
mod tap;

pub use embedded::EmbeddedBroker;
pub use mosquitto::Mosquitto;
pub use tap::{Message, Tap};
