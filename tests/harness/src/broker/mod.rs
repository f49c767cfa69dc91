//! MQTT brokers between cars and keepers: mosquitto as a process, and one inside this process.

mod embedded;
mod tap;

pub use embedded::EmbeddedBroker;
pub use latchkey_tests_processes::Mosquitto;
pub use tap::{Message, Tap};
