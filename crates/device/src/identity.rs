//! The car's identity, and which messages are orders for it.

use ed25519_dalek::SigningKey;
use latchkey_protocol::sealed::OpenError;
use latchkey_protocol::{Command, DecodeError, HandOver, Key, Release};

use crate::keyring::Keyring;

/// The addresses and keys by which a car judges orders and signs receipts.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Address of the program whose commands the car obeys.
    pub program: Key,
    /// Address of the car's vehicle account.
    pub vehicle: Key,
    /// Signs receipts.
    pub device_key: SigningKey,
    /// Signs hand-overs. Without one, the keyring of the provisioning stays.
    pub root: Option<Key>,
    /// Obeyed until the first hand-over.
    pub keyring: Keyring,
}

/// What a signed message asks of this car.
#[derive(Clone, Debug)]
pub enum Order<'a> {
    Command(Command<'a>),
    HandOver(Box<HandOver>),
    Release(Release),
}

/// Why a message was dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// It carries no signature, or not one by the key that it names.
    #[error("not a signed message")]
    Unsigned(#[source] OpenError),
    /// Something else was signed, such as a receipt.
    #[error("not an order for a car")]
    NotAnOrder(#[source] DecodeError),
    /// The keys are not in the keyring, may not command this action, or are too few.
    #[error("not signed by keys that may order this")]
    Untrusted,
    #[error("for another program")]
    OtherProgram,
    #[error("for another vehicle")]
    OtherVehicle,
    /// The car obeyed a command of another invocation under this sequence number.
    #[error("its sequence number belongs to another invocation")]
    OtherInvocation,
    /// A release that was issued before the keyring in force was ordered.
    #[error("older than the keyring")]
    Outdated,
    /// A hand-over or a release that a car without its record could forget again.
    #[error("the car needs service, and changes no keys until then")]
    NeedsService,
}

impl Identity {
    /// The order in a signed message, if it is for this car. Its signers are not judged here.
    pub fn order<'a>(&self, payload: &'a [u8]) -> Result<Order<'a>, Ignored> {
        let order = if payload.starts_with(&HandOver::TAG) {
            HandOver::decode(payload).map(|order| Order::HandOver(Box::new(order)))
        } else if payload.starts_with(&Release::TAG) {
            Release::decode(payload).map(Order::Release)
        } else {
            Command::decode(payload).map(Order::Command)
        };
        let order = order.map_err(Ignored::NotAnOrder)?;
        let (program, vehicle) = match &order {
            Order::Command(command) => (command.program, command.vehicle),
            Order::HandOver(order) => (order.program, order.vehicle),
            Order::Release(order) => (order.program, order.vehicle),
        };
        if program != self.program {
            return Err(Ignored::OtherProgram);
        }
        if vehicle != self.vehicle {
            return Err(Ignored::OtherVehicle);
        }
        Ok(order)
    }
}
