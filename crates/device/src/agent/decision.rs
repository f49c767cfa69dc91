//! What follows from a command or from time, for the caller to carry out.

use latchkey_protocol::Key;

use crate::clock::Clocks;
use crate::interlock::Sensors;
use crate::state::{Obeyed, State};

/// The car and its clocks at the moment a command or a tick arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    pub clocks: Clocks,
    pub sensors: Sensors,
    /// What the immobiliser's contact says: whether the next start is inhibited. `None` where there is no contact, or it
    /// does not answer.
    pub contact: Option<bool>,
}

/// What the car's hardware is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actuation {
    /// Inhibit the next start.
    Inhibit,
    /// Sound the warning and show this message.
    Warn(String),
}

/// A signed receipt to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    /// Address of the invocation that it answers; of the vehicle, if it answers an order about keys.
    pub invocation: Key,
    /// The signed receipt, as it travels.
    pub receipt: Vec<u8>,
}

impl SignedReceipt {
    pub(super) fn of(obeyed: &Obeyed) -> Self {
        Self { invocation: obeyed.invocation, receipt: obeyed.receipt.clone() }
    }
}

/// What a receipt is about. Locks and unlocks have one counter, warnings another, and the keyring its nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Locks and unlocks.
    Locks,
    Warnings,
    /// Hand-overs and releases.
    Keys,
}

/// What to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This, whatever becomes of the rest.
    Now(SignedReceipt),
    /// The receipt of the newest command of this line, as soon as the car does what it says.
    Promise(Line),
}

/// What to do if a state cannot be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// Go on all the same: nothing in it harms the driver.
    GoOn,
    /// Nothing else of the decision is done, and this is answered.
    Refuse(Option<SignedReceipt>),
    /// The car is released and asks for service.
    FailOpen,
}

/// What follows from a command or from time, in the order in which it must happen: release, then remember; remember,
/// then lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Let the car start at once, before anything is remembered.
    pub release: bool,
    /// To be remembered durably.
    pub remember: Option<State>,
    /// If it cannot be remembered.
    pub fallback: Fallback,
    /// To be done then, in this order.
    pub actuations: Vec<Actuation>,
    /// To be published last.
    pub answer: Option<Answer>,
}

impl Decision {
    pub(super) const NOTHING: Self = Self {
        release: false,
        remember: None,
        fallback: Fallback::GoOn,
        actuations: Vec::new(),
        answer: None,
    };

    pub(super) fn answer(receipt: SignedReceipt) -> Self {
        Self { answer: Some(Answer::Now(receipt)), ..Self::NOTHING }
    }
}
