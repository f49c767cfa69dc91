//! Signatures of several functions over the same bytes. Pure. What one function says another did not say too is of no
//! effect: whoever signs other bytes signs alone.

use anchor_lang::prelude::Pubkey;
use latchkey_client::protocol::Command;
use latchkey_client::protocol::cosigned::Cosigned;

use crate::core::FunctionCall;

/// What a function answered that was asked to sign.
pub(super) enum Signature {
    /// Bytes that claim to be the signed command.
    Given(Vec<u8>),
    /// It could not be reached, or says "later".
    Failed,
    /// It will not sign, or is no function that can be believed.
    Refused,
}

/// What was signed for one call.
pub(super) struct Gathering<'a> {
    call: &'a FunctionCall,
    /// One for each text that was signed.
    commands: Vec<Cosigned>,
}

impl<'a> Gathering<'a> {
    pub fn new(call: &'a FunctionCall) -> Self {
        Self { call, commands: Vec::new() }
    }

    /// Takes in what a function signed. Returns whether it adds a signature of a key that may sign to a command of this call.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        let Some(signed) = Cosigned::open(bytes).ok().filter(|signed| self.is_of_the_call(signed)) else {
            return false;
        };
        let at = self.commands.iter().position(|command| command.payload == signed.payload);
        let at = at.unwrap_or_else(|| {
            self.commands.push(Cosigned { signatures: Vec::new(), payload: signed.payload.clone() });
            self.commands.len() - 1
        });
        let there = &mut self.commands[at].signatures;
        let before = there.len();
        for (key, signature) in signed.signatures {
            let may_sign = self.call.signers.iter().any(|signer| signer.key == Pubkey::from(key));
            if may_sign && there.iter().all(|(other, _)| *other != key) {
                there.push((key, signature));
            }
        }
        there.len() > before
    }

    /// The command that as many keys have signed as must.
    pub fn complete(&self) -> Option<&Cosigned> {
        let required = usize::from(self.call.required.max(1));
        self.commands.iter().find(|command| command.signatures.len() >= required)
    }

    /// Whether the command asks of this car what the call asks.
    fn is_of_the_call(&self, signed: &Cosigned) -> bool {
        let FunctionCall { invocation, vehicle, seq, action, .. } = self.call;
        Command::decode(&signed.payload).is_ok_and(|command| {
            command.program == latchkey::ID.to_bytes()
                && command.vehicle == vehicle.to_bytes()
                && command.invocation == invocation.to_bytes()
                && (command.seq, command.action) == (*seq, *action)
        })
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use latchkey::state::Action;

    use super::*;
    use crate::core::CallSigner;

    const KEYS: [u8; 3] = [1, 2, 3];

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn call(required: u8) -> FunctionCall {
        let signer =
            |seed| CallSigner { key: Pubkey::from(key(seed).verifying_key().to_bytes()), uri: String::new() };
        FunctionCall {
            invocation: Pubkey::new_from_array([2; 32]),
            vehicle: Pubkey::new_from_array([1; 32]),
            loan: Pubkey::default(),
            lender: Pubkey::default(),
            mint: Pubkey::default(),
            device_key: Pubkey::default(),
            seq: 3,
            action: Action::Lock,
            required,
            signers: KEYS.map(signer).to_vec(),
            slot: 0,
            now: 1_000,
            limit_secs: 30,
        }
    }

    fn command(change: impl FnOnce(&mut Command<'_>)) -> Vec<u8> {
        let mut command = Command {
            program: latchkey::ID.to_bytes(),
            vehicle: [1; 32],
            invocation: [2; 32],
            seq: 3,
            action: Action::Lock,
            issued_at: 1_000,
            not_after: 1_060,
            lock_until: 90_000,
            message: "",
        };
        change(&mut command);
        command.encode_into(&mut [0; Command::MAX_LEN]).unwrap().to_vec()
    }

    fn signed(seeds: &[u8], command: &[u8]) -> Vec<u8> {
        let keys: Vec<SigningKey> = seeds.iter().map(|seed| key(*seed)).collect();
        Cosigned::seal(&keys.iter().collect::<Vec<_>>(), command).to_bytes()
    }

    #[test]
    fn as_many_different_keys_as_must_complete_a_command() {
        let (call, command) = (call(2), command(|_| {}));
        let mut gathering = Gathering::new(&call);
        assert!(gathering.take(&signed(&[1], &command)));
        assert!(gathering.complete().is_none());
        assert!(!gathering.take(&signed(&[1], &command)), "one key signs once");
        assert!(gathering.complete().is_none());
        assert!(gathering.take(&signed(&[3], &command)));
        let complete = gathering.complete().unwrap();
        assert_eq!(complete.to_bytes(), signed(&[1, 3], &command));
        assert_eq!(Cosigned::open(&complete.to_bytes()).unwrap(), *complete);
    }

    #[test]
    fn signatures_over_other_bytes_do_not_count_together() {
        let call = call(2);
        let mut gathering = Gathering::new(&call);
        assert!(gathering.take(&signed(&[1], &command(|_| {}))));
        assert!(gathering.take(&signed(&[2], &command(|command| command.lock_until += 1))));
        assert!(gathering.complete().is_none());
        // The third agrees with the first.
        assert!(gathering.take(&signed(&[3], &command(|_| {}))));
        assert_eq!(gathering.complete().unwrap().payload, command(|_| {}));
    }

    #[test]
    fn keys_that_the_contract_does_not_name_and_other_messages_do_not_count() {
        let call = call(2);
        let mut gathering = Gathering::new(&call);
        assert!(gathering.take(&signed(&[1], &command(|_| {}))));
        assert!(!gathering.take(&signed(&[9], &command(|_| {}))));
        let others: [fn(&mut Command<'_>); 5] = [
            |command| command.program = [9; 32],
            |command| command.vehicle = [9; 32],
            |command| command.invocation = [9; 32],
            |command| command.seq = 4,
            |command| command.action = Action::Warn,
        ];
        for change in others {
            assert!(!gathering.take(&signed(&[2, 3], &command(change))));
        }
        let mut torn = signed(&[2], &command(|_| {}));
        *torn.last_mut().unwrap() ^= 1;
        assert!(!gathering.take(&torn));
        assert!(!gathering.take(b""));
        assert!(gathering.complete().is_none());
    }
}
