//! The car functions: what turns a paid request on chain into a signed command, and a car's answer into a proof.
//!
//! [`Function::handle`] holds no state. It takes a keeper's signed request, reads the chain itself, checks that this
//! keeper may have this done now, signs the command, sends it through a [`Courier`], and waits for the car's receipt.
//! So a keeper cannot forge a lock, and a function cannot be paid without the car. Asked twice, it signs the same
//! bytes twice: see [`command`].
//!
//! The same function runs in a keeper's process, or by itself: [`server`] puts it behind HTTP, on any machine or as an
//! AWS Lambda, and [`http`] is how it is called there.
//!
//! ```text
//! request ─ open ─▶ snapshot ─▶ gate ─▶ command ─▶ courier ─▶ answer ─▶ outcome
//!           pure     chain      pure     pure       effect     pure
//! ```

pub mod answer;
pub mod chain;
pub mod codes;
pub mod command;
pub mod config;
pub mod courier;
pub mod gate;
mod handle;
pub mod http;
pub mod iot;
pub mod keys;
pub mod messages;
pub mod mqtt;
pub mod outcome;
mod release;
pub mod remote_signer;
pub mod request;
pub mod rpc;
#[cfg(feature = "server")]
pub mod server;
mod sign;
pub mod signer;
pub mod snapshot;
pub mod stats;

pub use chain::{ChainAccount, ChainReader, ReadError};
pub use codes::CodeKey;
pub use config::FunctionConfig;
pub use courier::{Answers, Courier, Parcel};
pub use handle::{Call, Function};
pub use keys::CommandKeys;
pub use messages::Messages;
pub use outcome::{Class, Outcome, Proof, Refusal, SignedCommand, Waiting};
pub use remote_signer::RemoteSigner;
pub use request::invoke;
pub use signer::{CommandSigner, SignError};
pub use snapshot::{CallAccounts, Seen};
pub use stats::FunctionStats;
