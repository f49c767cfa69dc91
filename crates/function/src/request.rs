//! The keeper's request: made by keepers, opened by functions.

use anchor_lang::prelude::Pubkey;
use ed25519_dalek::SigningKey;
use latchkey_protocol::Invoke;
use latchkey_protocol::sealed::Envelope;

use crate::outcome::Refusal;

/// Signs a request for `invocation` with the keeper's key. `chain_now` is the chain's time, not the machine's.
pub fn invoke(keeper: &SigningKey, invocation: Pubkey, chain_now: i64) -> Vec<u8> {
    let invoke = Invoke {
        program: latchkey::ID.to_bytes(),
        invocation: invocation.to_bytes(),
        keeper: keeper.verifying_key().to_bytes(),
        issued_at: chain_now,
    };
    Envelope::seal(keeper, &invoke.encode()).to_bytes()
}

/// A request, signed by the keeper that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub invocation: Pubkey,
    pub keeper: Pubkey,
    /// When it was signed, by the chain's clock as the keeper knew it.
    pub issued_at: i64,
}

impl Asked {
    /// Reads a request and verifies that the keeper it names signed it for this program.
    pub fn open(bytes: &[u8]) -> Result<Self, Refusal> {
        let envelope = Envelope::open(bytes).map_err(Refusal::BadEnvelope)?;
        let invoke = Invoke::decode(&envelope.payload).map_err(Refusal::BadRequest)?;
        let (keeper, signer) = (Pubkey::from(invoke.keeper), Pubkey::from(envelope.signer));
        if keeper != signer {
            return Err(Refusal::NotTheKeeper { keeper, signer });
        }
        let program = Pubkey::from(invoke.program);
        if program != latchkey::ID {
            return Err(Refusal::OtherProgram(program));
        }
        Ok(Self { invocation: Pubkey::from(invoke.invocation), keeper, issued_at: invoke.issued_at })
    }

    /// Checks that it was signed within `freshness_secs` of `now`, before or after: two nodes' clocks differ.
    pub fn check_fresh(&self, now: i64, freshness_secs: u32) -> Result<(), Refusal> {
        if now.abs_diff(self.issued_at) <= u64::from(freshness_secs) {
            Ok(())
        } else {
            Err(Refusal::Stale { issued_at: self.issued_at, now })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeper() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn signed(by: &SigningKey, change: impl FnOnce(&mut Invoke)) -> Vec<u8> {
        let mut invoke = Invoke {
            program: latchkey::ID.to_bytes(),
            invocation: [9; 32],
            keeper: keeper().verifying_key().to_bytes(),
            issued_at: 1_000,
        };
        change(&mut invoke);
        Envelope::seal(by, &invoke.encode()).to_bytes()
    }

    #[test]
    fn what_a_keeper_signs_is_what_a_function_opens() {
        let invocation = Pubkey::new_unique();
        let asked = Asked::open(&invoke(&keeper(), invocation, 1_000)).unwrap();
        let keeper = Pubkey::from(keeper().verifying_key().to_bytes());
        assert_eq!(asked, Asked { invocation, keeper, issued_at: 1_000 });
    }

    #[test]
    fn a_request_signed_by_another_key_is_refused() {
        let stranger = SigningKey::from_bytes(&[8; 32]);
        assert!(matches!(Asked::open(&signed(&stranger, |_| {})), Err(Refusal::NotTheKeeper { .. })));
    }

    #[test]
    fn a_request_changed_on_its_way_is_refused() {
        let mut bytes = signed(&keeper(), |_| {});
        *bytes.last_mut().unwrap() ^= 1;
        assert!(matches!(Asked::open(&bytes), Err(Refusal::BadEnvelope(_))));
        assert!(matches!(Asked::open(&[]), Err(Refusal::BadEnvelope(_))));
    }

    #[test]
    fn a_signed_message_of_another_kind_is_no_request() {
        let envelope = Envelope::seal(&keeper(), b"latchkey:receipt and more");
        assert!(matches!(Asked::open(&envelope.to_bytes()), Err(Refusal::BadRequest(_))));
    }

    #[test]
    fn a_request_for_another_program_is_refused() {
        let bytes = signed(&keeper(), |invoke| invoke.program = [1; 32]);
        assert!(matches!(Asked::open(&bytes), Err(Refusal::OtherProgram(_))));
    }

    #[test]
    fn a_request_is_fresh_to_the_second_on_both_sides() {
        let asked = Asked::open(&signed(&keeper(), |_| {})).unwrap();
        let fresh = |now| asked.check_fresh(now, 120).is_ok();
        assert_eq!([879, 880, 881].map(fresh), [false, true, true]);
        assert_eq!([1_119, 1_120, 1_121].map(fresh), [true, true, false]);
        assert!(!fresh(i64::MIN));
    }
}
