//! Codes that a driver types where no message reaches the car.

use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_protocol::Key;
use latchkey_protocol::code::{self, Code, CodeSecret, CodedUnlock};

use crate::snapshot::Snapshot;

/// The key that gives codes out. Whoever holds it can unlock the cars that know it.
pub struct CodeKey(SigningKey);

impl CodeKey {
    /// The one that belongs to this ed25519 key.
    pub fn of(key: SigningKey) -> Self {
        Self(key)
    }

    /// What cars know of it: an X25519 key.
    pub fn public(&self) -> Key {
        code::public(&self.0)
    }

    /// The code of the unlock that the snapshot's invocation asks for. `None` if it asks for something else, or the car's
    /// key is none that can be used. Whether it is due is not asked here.
    pub fn code(&self, snapshot: &Snapshot) -> Option<Code> {
        let invocation = &snapshot.invocation;
        let secret = CodeSecret::with_car(&self.0, &snapshot.vehicle.device_key.to_bytes())?;
        let unlock = CodedUnlock {
            program: latchkey::ID.to_bytes(),
            vehicle: invocation.vehicle.to_bytes(),
            invocation: snapshot.address.to_bytes(),
            seq: invocation.seq,
        };
        (invocation.action == Action::Unlock).then(|| Code::of(&secret, &unlock))
    }
}
