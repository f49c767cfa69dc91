//! What the network edges share: the car's agent, the functions, the keeper and the terminal tool.
//!
//! - [`key_file`]: ed25519 key pairs in files that only their owner can read.
//! - [`tls`]: TLS with an authority of one's own and client certificates; [`tls_at`]: the same for a machine whose clock may
//!   be wrong.
//! - [`mqtt`]: a connection to a broker that is watched, and made again when it is lost.
//! - [`http`]: calls to others, bounded and guarded.
//! - [`config_file`]: a program's configuration, TOML.
//! - [`backoff`]: how long to wait before the next attempt.
//! - [`redacted`]: addresses in messages without the secrets in them.
//!
//! This crate knows nothing of Solana and nothing of Latchkey's messages: what is published
//! and what is subscribed is decided by the owner of the connection.

pub mod backoff;
pub mod config_file;
pub mod http;
pub mod key_file;
pub mod mqtt;
pub mod redacted;
pub mod tls;
pub mod tls_at;
