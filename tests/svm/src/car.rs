use ed25519_dalek::SigningKey;
use latchkey::state::{Action, Invocation};
use latchkey_client::{Pubkey, pda};
use latchkey_protocol::sealed::{Envelope, sha256};
use latchkey_protocol::{Enrolment, HandOverReceipt, Keyring, Outcome, Receipt};

/// A car's device: the key it signs with.
#[derive(Clone)]
pub struct Car {
    key: SigningKey,
    /// Its account.
    pub vehicle: Pubkey,
    /// The commitment to its identification number.
    pub vin_commitment: [u8; 32],
}

impl Car {
    /// The device of this name, the same in every run.
    pub fn new(name: &str) -> Self {
        let key = SigningKey::from_bytes(&sha256(name.as_bytes()));
        let device_key = key.verifying_key().to_bytes();
        let vehicle = pda::vehicle(&Pubkey::new_from_array(device_key));
        Self { key, vehicle, vin_commitment: sha256(&device_key) }
    }

    /// A new device of this name, built into the same car.
    #[must_use]
    pub fn successor(&self, name: &str) -> Self {
        Self { key: SigningKey::from_bytes(&sha256(name.as_bytes())), ..*self }
    }

    /// The key that its signatures are checked with.
    pub fn device_key(&self) -> Pubkey {
        Pubkey::new_from_array(self.key.verifying_key().to_bytes())
    }

    /// What it signs to enrol with a lender.
    pub fn enrolment(&self, lender: &Pubkey) -> Enrolment {
        Enrolment {
            program: latchkey::ID.to_bytes(),
            lender: lender.to_bytes(),
            vin_commitment: self.vin_commitment,
        }
    }

    /// What it signs when it has done what an invocation asks.
    pub fn receipt(&self, invocation: &Invocation, now: i64) -> Receipt {
        self.receipt_of(invocation.action, invocation.seq, now)
    }

    /// The receipt of its own invocation of this sequence number.
    pub fn receipt_of(&self, action: Action, seq: u64, now: i64) -> Receipt {
        Receipt {
            program: latchkey::ID.to_bytes(),
            vehicle: self.vehicle.to_bytes(),
            invocation: pda::invocation(&self.vehicle, seq).to_bytes(),
            seq,
            action,
            outcome: Outcome::Applied,
            device_time: now,
            command_hash: sha256(&seq.to_le_bytes()),
        }
    }

    /// What it signs when it has taken a keyring in the place of its old one.
    pub fn handed_over(&self, keyring: &Keyring, now: i64) -> HandOverReceipt {
        HandOverReceipt {
            program: latchkey::ID.to_bytes(),
            vehicle: self.vehicle.to_bytes(),
            lender: keyring.lender,
            keyring_hash: sha256(&keyring.encode()),
            nonce: sha256(b"nonce of the hand-over"),
            device_time: now,
        }
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Envelope {
        Envelope::seal(&self.key, message)
    }
}
