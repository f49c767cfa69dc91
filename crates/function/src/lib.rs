//! The car functions: what turns a paid request on chain into a signed command, and a car's answer into a proof.
//!
//! [`Function::handle`] holds no state. It takes a keeper's signed request, reads the chain itself, checks that this
//! keeper may have this done now, signs the command, sends it through a [`Courier`], and waits for the car's receipt.
//! So a keeper cannot forge a lock, and a function cannot be paid without the car. Asked twice, it signs the same
//! bytes twice: see [`command`].
//!
//! ```text
//! request ─ open ─▶ snapshot ─▶ gate ─▶ command ─▶ courier ─▶ answer ─▶ outcome
//!           pure     chain      pure     pure       effect     pure
//! ```

pub mod answer;
pub mod chain;
pub mod command;
pub mod config;
pub mod courier;
pub mod gate;
mod handle;
pub mod keys;
pub mod messages;
pub mod mqtt;
pub mod outcome;
pub mod request;
pub mod snapshot;
pub mod stats;

pub use chain::{ChainAccount, ChainReader, ReadError};
pub use config::FunctionConfig;
pub use courier::{Answers, Courier, Parcel};
pub use handle::Function;
pub use keys::CommandKeys;
pub use messages::Messages;
pub use outcome::{Class, Outcome, Proof, Refusal, Waiting};
pub use request::invoke;
pub use stats::FunctionStats;
