//! The car's identity, the keys that may command it, and which messages are commands for it.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::{Envelope, OpenError};
use latchkey_protocol::{Action, Command, DecodeError, Key};
use serde::{Deserialize, Serialize};

use crate::config;

/// The addresses and keys by which a car judges commands and signs receipts.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Address of the program whose commands the car obeys.
    pub program: Key,
    /// Address of the car's vehicle account.
    pub vehicle: Key,
    /// Signs receipts.
    pub device_key: SigningKey,
    pub keyring: Vec<Trusted>,
}

/// A command key, and what it may command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trusted {
    /// The ed25519 public key, base58 in a configuration.
    #[serde(serialize_with = "config::write_key", deserialize_with = "config::read_key")]
    pub key: Key,
    /// Any of `warn`, `lock` and `unlock` in a configuration.
    #[serde(serialize_with = "config::write_actions", deserialize_with = "config::read_actions")]
    pub actions: Vec<Action>,
}

/// Why a message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// It carries no signature, or not one by the key that it names.
    #[error("not a signed message")]
    Unsigned(#[source] OpenError),
    /// Something else was signed, such as a receipt.
    #[error("not a command")]
    NotACommand(#[source] DecodeError),
    /// The key is not in the keyring, or may not command this action.
    #[error("signed by a key that may not command this car to do this")]
    Untrusted,
    #[error("for another program")]
    OtherProgram,
    #[error("for another vehicle")]
    OtherVehicle,
    /// The car obeyed a command of another invocation under this sequence number.
    #[error("its sequence number belongs to another invocation")]
    OtherInvocation,
}

impl Identity {
    /// The command in a signed message, if it is for this car and by a key that may command it.
    pub fn command<'a>(&self, signed: &'a Envelope) -> Result<Command<'a>, Ignored> {
        let command = Command::decode(&signed.payload).map_err(Ignored::NotACommand)?;
        if !self.may(&signed.signer, command.action) {
            return Err(Ignored::Untrusted);
        }
        if command.program != self.program {
            return Err(Ignored::OtherProgram);
        }
        if command.vehicle != self.vehicle {
            return Err(Ignored::OtherVehicle);
        }
        Ok(command)
    }

    /// Whether the keyring lets this key command this action.
    pub fn may(&self, signer: &Key, action: Action) -> bool {
        self.keyring.iter().any(|trusted| trusted.key == *signer && trusted.actions.contains(&action))
    }
}
