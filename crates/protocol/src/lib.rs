//! The messages between car function, car and chain: fixed little-endian layouts, written up in `docs/protocol.md`.
//!
//! Without features the crate is `no_std`, allocates nothing and depends on nothing: this is what the on-chain program
//! links. Feature `std` adds MQTT topic names; `crypto` adds signing, strict verification, hashing and the codes that people type; `anchor` lets an
//! [`Action`] stand in the program's accounts.

#![warn(missing_docs)]
// Anchor's derives name the standard library.
#![cfg_attr(not(feature = "anchor"), no_std)]

#[cfg(feature = "std")]
extern crate std;

mod bytes;
#[cfg(feature = "crypto")]
pub mod code;
mod command;
#[cfg(feature = "crypto")]
pub mod cosigned;
pub mod ed25519;
mod enrolment;
mod error;
mod hand_over;
mod invoke;
mod keyring;
mod receipt;
mod release;
#[cfg(feature = "crypto")]
pub mod sealed;
#[cfg(feature = "std")]
pub mod topics;
mod words;

pub use command::Command;
pub use enrolment::Enrolment;
pub use error::{DecodeError, MessageTooLong};
pub use hand_over::{HandOver, HandOverReceipt};
pub use invoke::Invoke;
pub use keyring::{KeySet, Keyring};
pub use receipt::Receipt;
pub use release::Release;
pub use words::{Action, Outcome, UnknownAction};

/// A public key or address.
pub type Key = [u8; 32];
/// An ed25519 signature.
pub type Signature = [u8; 64];
/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The version byte of every message.
pub const VERSION: u8 = 1;
/// The longest message shown to a driver, bytes of UTF-8.
pub const MAX_MESSAGE_LEN: usize = 200;
/// Length of a domain tag.
pub const TAG_LEN: usize = 16;
