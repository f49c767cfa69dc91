//! What a car's answer means. Pure: bytes in, meaning out. A message that is not a receipt of this car for this
//! invocation is ignored, and the function goes on waiting.

use latchkey_protocol::sealed::{Envelope, OpenError};
use latchkey_protocol::{Action, DecodeError, HandOverReceipt, Hash, Key, Outcome, Receipt};

use crate::outcome::{Proof, Refusal};

/// The answer that is awaited: from which car, and to which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The car's key, as the chain names it.
    pub device_key: Key,
    pub vehicle: Key,
    pub invocation: Key,
    pub seq: u64,
    pub action: Action,
    /// SHA-256 of the command that was sent.
    pub command_hash: Hash,
}

/// What a car answered.
#[derive(Debug)]
pub enum Answer {
    /// Done.
    Applied(Proof),
    /// Will be done when the car is parked.
    Armed,
    /// Not done.
    Refused(Refusal),
}

/// Why a message is not the awaited answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    #[error("not a signed message")]
    NotSigned(#[source] OpenError),
    #[error("signed by another key than the car's")]
    OtherSigner,
    #[error("not a receipt")]
    NotAReceipt(#[source] DecodeError),
    /// A receipt for something else: the field says what differs.
    #[error("a receipt for another {0}")]
    Other(&'static str),
}

/// What `bytes` say about the awaited command.
///
/// `Applied` and `Armed` count whichever command of this invocation the car obeyed. A refusal counts only if it refuses
/// the command that was sent: that of an earlier keeper may have come too late where this one does not.
pub fn judge(awaited: &Awaited, bytes: &[u8]) -> Result<Answer, Ignored> {
    let envelope = Envelope::open(bytes).map_err(Ignored::NotSigned)?;
    if envelope.signer != awaited.device_key {
        return Err(Ignored::OtherSigner);
    }
    let receipt = Receipt::decode(&envelope.payload).map_err(Ignored::NotAReceipt)?;
    let same = |same: bool, field| if same { Ok(()) } else { Err(Ignored::Other(field)) };
    same(receipt.program == latchkey::ID.to_bytes(), "program")?;
    same(receipt.vehicle == awaited.vehicle, "vehicle")?;
    same(receipt.invocation == awaited.invocation, "invocation")?;
    same(receipt.seq == awaited.seq, "sequence number")?;
    same(receipt.action == awaited.action, "action")?;
    let refusal = match receipt.outcome {
        Outcome::Applied => return Ok(Answer::Applied(Proof { receipt, envelope })),
        Outcome::Armed => return Ok(Answer::Armed),
        Outcome::RefusedExpired => Refusal::CarSaysExpired,
        Outcome::RefusedSuperseded => Refusal::CarSaysSuperseded,
        Outcome::RefusedUnsafe => Refusal::CarSaysUnsafe,
        Outcome::RefusedNoTime => Refusal::CarSaysNoTime,
        Outcome::RefusedService => Refusal::CarSaysService,
        Outcome::RefusedTooLong => Refusal::CarSaysTooLong,
    };
    same(receipt.command_hash == awaited.command_hash, "command")?;
    Ok(Answer::Refused(refusal))
}

/// The car's receipt for a release, if `bytes` are one: it obeys no key that may warn or lock.
pub fn released(device_key: &Key, vehicle: &Key, bytes: &[u8]) -> Option<Envelope> {
    let envelope = Envelope::open(bytes).ok().filter(|envelope| envelope.signer == *device_key)?;
    let receipt = HandOverReceipt::decode(&envelope.payload).ok()?;
    let is_of_the_car = receipt.program == latchkey::ID.to_bytes() && receipt.vehicle == *vehicle;
    (is_of_the_car && receipt.keyring_hash == [0; 32]).then_some(envelope)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn car() -> SigningKey {
        SigningKey::from_bytes(&[5; 32])
    }

    fn awaited() -> Awaited {
        Awaited {
            device_key: car().verifying_key().to_bytes(),
            vehicle: [1; 32],
            invocation: [2; 32],
            seq: 3,
            action: Action::Lock,
            command_hash: [4; 32],
        }
    }

    fn signed(by: &SigningKey, change: impl FnOnce(&mut Receipt)) -> Vec<u8> {
        let Awaited { vehicle, invocation, seq, action, command_hash, .. } = awaited();
        let program = latchkey::ID.to_bytes();
        let (outcome, device_time) = (Outcome::Applied, 1_000);
        let mut receipt =
            Receipt { program, vehicle, invocation, seq, action, outcome, device_time, command_hash };
        change(&mut receipt);
        Envelope::seal(by, &receipt.encode()).to_bytes()
    }

    fn ignored(bytes: &[u8]) -> Ignored {
        judge(&awaited(), bytes).unwrap_err()
    }

    #[test]
    fn the_cars_own_receipt_is_a_proof_byte_for_byte() {
        let bytes = signed(&car(), |_| {});
        let Ok(Answer::Applied(proof)) = judge(&awaited(), &bytes) else { panic!("applied") };
        assert_eq!(proof.envelope.to_bytes(), bytes);
        assert_eq!(proof.receipt.encode()[..], proof.envelope.payload);
    }

    #[test]
    fn nothing_but_this_cars_receipt_for_this_invocation_is_believed() {
        let stranger = SigningKey::from_bytes(&[6; 32]);
        assert_eq!(ignored(&signed(&stranger, |_| {})), Ignored::OtherSigner);
        let differs = |change: fn(&mut Receipt), field| {
            assert_eq!(ignored(&signed(&car(), change)), Ignored::Other(field));
        };
        differs(|receipt| receipt.program = [9; 32], "program");
        differs(|receipt| receipt.vehicle = [9; 32], "vehicle");
        differs(|receipt| receipt.invocation = [9; 32], "invocation");
        differs(|receipt| receipt.seq = 2, "sequence number");
        differs(|receipt| receipt.seq = 4, "sequence number");
        differs(|receipt| receipt.action = Action::Unlock, "action");
    }

    #[test]
    fn a_receipt_changed_in_any_byte_is_not_believed() {
        let good = signed(&car(), |_| {});
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(judge(&awaited(), &bad).is_err(), "byte {at}");
        }
        assert!(judge(&awaited(), &good[..good.len() - 1]).is_err());
        assert!(judge(&awaited(), &[]).is_err());
    }

    #[test]
    fn another_message_of_the_car_is_no_receipt() {
        let enrolment = latchkey_protocol::Enrolment {
            program: latchkey::ID.to_bytes(),
            lender: [1; 32],
            vin_commitment: [2; 32],
        };
        let bytes = Envelope::seal(&car(), &enrolment.encode()).to_bytes();
        assert!(matches!(ignored(&bytes), Ignored::NotAReceipt(_)));
    }

    #[test]
    fn a_receipt_for_an_earlier_keepers_command_still_proves_the_work() {
        let earlier = |outcome| signed(&car(), |r| (r.command_hash, r.outcome) = ([7; 32], outcome));
        let judged = |outcome| judge(&awaited(), &earlier(outcome));
        assert!(matches!(judged(Outcome::Applied), Ok(Answer::Applied(_))));
        assert!(matches!(judged(Outcome::Armed), Ok(Answer::Armed)));
    }

    #[test]
    fn a_refusal_counts_for_the_command_it_refuses_alone() {
        let refusals = [Outcome::RefusedExpired, Outcome::RefusedSuperseded, Outcome::RefusedUnsafe];
        for outcome in refusals {
            let earlier = signed(&car(), |r| (r.command_hash, r.outcome) = ([7; 32], outcome));
            assert_eq!(ignored(&earlier), Ignored::Other("command"));
            let this = signed(&car(), |r| r.outcome = outcome);
            assert!(matches!(judge(&awaited(), &this), Ok(Answer::Refused(_))));
        }
    }
}
