//! Cars for stories: the real agent in a simulated car, in this process or as one of its own.

mod embedded;
mod process;

use latchkey_client::Pubkey;
use latchkey_device::{keyring::Trusted, mqtt::BrokerConfig};
use latchkey_protocol::Action;

pub use embedded::EmbeddedCar;
pub use process::ProcessCar;

/// A keyring with one key, which may command everything.
fn keyring(command_key: &Pubkey) -> Vec<Trusted> {
    vec![Trusted { key: command_key.to_bytes(), actions: Action::ALL.to_vec() }]
}

/// A broker on a port of this machine, without TLS.
fn broker(port: u16) -> BrokerConfig {
    BrokerConfig { host: "127.0.0.1".to_owned(), port, tls: None, keep_alive_secs: 15 }
}
