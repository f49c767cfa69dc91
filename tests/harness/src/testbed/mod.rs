//! Everything a story needs, set up and running: a ledger, a broker, a car, a function and a keeper.

mod embedded;
mod keeper;
mod localnet;

pub use embedded::EmbeddedTestbed;
pub use keeper::{KeeperProcess, Lines};
pub use localnet::LocalTestbed;
