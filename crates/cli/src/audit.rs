//! Holds what a car has kept against what the chain says: who commanded it, and whether the contract asked for it. Pure.

use std::collections::HashMap;
use std::fmt;

use latchkey_client::latchkey::state::{Action, Vehicle};
use latchkey_client::protocol::cosigned::Cosigned;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::protocol::{Command, Outcome, Receipt};
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use serde::Deserialize;

/// What `latchkey-device show --evidence` prints, as far as it is held against the chain.
#[derive(Debug, Deserialize)]
struct Shown {
    vehicle: String,
    commands: Vec<String>,
    receipts: Vec<ShownReceipt>,
}

#[derive(Debug, Deserialize)]
struct ShownReceipt {
    receipt: String,
}

/// Why a file is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("this is not what `latchkey-device show --evidence` prints")]
    NotShown(#[source] serde_json::Error),
    #[error("the evidence is of the car {0}: audit that one")]
    OtherCar(String),
    #[error("{0} {1} in the evidence is not a signed message of its kind: the file was changed")]
    Broken(&'static str, usize),
}

/// A command that the car obeyed, and who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commanded {
    pub seq: u64,
    pub action: Action,
    pub invocation: Pubkey,
    pub signers: Vec<Pubkey>,
}

/// The commands and receipts that a car has kept.
#[derive(Debug, Default)]
pub struct Evidence {
    pub commands: Vec<Commanded>,
    pub receipts: Vec<(Pubkey, Receipt)>,
}

/// What the chain remembers of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub action: Action,
    /// Whether a receipt of the car settled it.
    pub is_settled: bool,
}

/// Something that the contract did not ask for, or does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The chain knows no such call.
    NoInvocation { seq: u64, action: Action },
    /// The chain asked for something else under this number.
    OtherAction { seq: u64, action: Action, asked: Action },
    /// The car did it, and no receipt was brought.
    NotSettled { seq: u64, action: Action },
    /// A key that the contract does not name commanded the car.
    UnknownKey { seq: u64, action: Action, key: Pubkey },
    /// It is not signed by the car's key.
    NotTheCars { seq: u64, key: Pubkey },
}

impl Finding {
    /// One word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoInvocation { .. } => "no_invocation",
            Self::OtherAction { .. } => "other_action",
            Self::NotSettled { .. } => "not_settled",
            Self::UnknownKey { .. } => "unknown_key",
            Self::NotTheCars { .. } => "not_the_cars",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInvocation { seq, action } => {
                write!(f, "{seq}: the car obeyed a {action}, and the chain never asked for it")
            }
            Self::OtherAction { seq, action, asked } => {
                write!(f, "{seq}: the car obeyed a {action}, and the chain asked for a {asked}")
            }
            Self::NotSettled { seq, action } => {
                write!(f, "{seq}: the car did the {action}, and its receipt was not brought to the chain")
            }
            Self::UnknownKey { seq, action, key } => {
                write!(f, "{seq}: the {action} was signed by {key}, which the contract does not name now")
            }
            Self::NotTheCars { seq, key } => {
                write!(f, "{seq}: the receipt is signed by {key}, which is not the car's key now")
            }
        }
    }
}

impl Evidence {
    /// Reads what `latchkey-device show --evidence` printed for `vehicle`. Each signature is verified.
    pub fn read(text: &str, vehicle: &Pubkey) -> Result<Self, EvidenceError> {
        let shown: Shown = serde_json::from_str(text).map_err(EvidenceError::NotShown)?;
        if shown.vehicle != vehicle.to_string() {
            return Err(EvidenceError::OtherCar(shown.vehicle));
        }
        let mut evidence = Self::default();
        for (at, text) in shown.commands.iter().enumerate() {
            let broken = || EvidenceError::Broken("command", at);
            let signed = hex::decode(text).ok().and_then(|bytes| Cosigned::open(&bytes).ok());
            let signed = signed.ok_or_else(broken)?;
            let command = Command::decode(&signed.payload).map_err(|_| broken())?;
            if command.vehicle != vehicle.to_bytes() || command.program != PROGRAM_ID.to_bytes() {
                return Err(broken());
            }
            evidence.commands.push(Commanded {
                seq: command.seq,
                action: command.action,
                invocation: Pubkey::from(command.invocation),
                signers: signed.signers().map(|key| Pubkey::from(*key)).collect(),
            });
        }
        for (at, shown) in shown.receipts.iter().enumerate() {
            let broken = || EvidenceError::Broken("receipt", at);
            let signed = hex::decode(&shown.receipt).ok().and_then(|bytes| Envelope::open(&bytes).ok());
            let signed = signed.ok_or_else(broken)?;
            let receipt = Receipt::decode(&signed.payload).map_err(|_| broken())?;
            if receipt.vehicle != vehicle.to_bytes() || receipt.program != PROGRAM_ID.to_bytes() {
                return Err(broken());
            }
            evidence.receipts.push((Pubkey::from(signed.signer), receipt));
        }
        Ok(evidence)
    }

    /// The calls that it names, each once.
    pub fn invocations(&self) -> Vec<Pubkey> {
        let commanded = self.commands.iter().map(|command| command.invocation);
        let receipts = self.receipts.iter().map(|(_, receipt)| Pubkey::from(receipt.invocation));
        let mut all: Vec<Pubkey> = commanded.chain(receipts).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Holds it against the chain: what it remembers of each call, and which keys the contract names for each action.
    pub fn findings(
        &self,
        (address, vehicle): (&Pubkey, &Vehicle),
        asked: &HashMap<Pubkey, Asked>,
        named: &HashMap<Action, Vec<Pubkey>>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        // The invocation's address follows from its number: another one is of no call of this car.
        let known = |seq: u64, invocation: &Pubkey| {
            asked.get(invocation).filter(|_| *invocation == pda::invocation(address, seq))
        };
        for Commanded { seq, action, invocation, signers } in &self.commands {
            let (seq, action) = (*seq, *action);
            match known(seq, invocation) {
                None => findings.push(Finding::NoInvocation { seq, action }),
                Some(call) if call.action != action => {
                    findings.push(Finding::OtherAction { seq, action, asked: call.action });
                }
                Some(_) => {}
            }
            let is_named = |key: &Pubkey| named.get(&action).is_some_and(|keys| keys.contains(key));
            let strangers = signers.iter().filter(|key| !is_named(key));
            findings.extend(strangers.map(|key| Finding::UnknownKey { seq, action, key: *key }));
        }
        for (signer, receipt) in &self.receipts {
            let (seq, action) = (receipt.seq, receipt.action);
            if *signer != vehicle.device_key {
                findings.push(Finding::NotTheCars { seq, key: *signer });
            }
            let is_kept = self.commands.iter().any(|command| command.seq == seq && command.action == action);
            match known(seq, &Pubkey::from(receipt.invocation)) {
                // Told already, if the command is there too.
                None if !is_kept => findings.push(Finding::NoInvocation { seq, action }),
                Some(call) if receipt.outcome == Outcome::Applied && !call.is_settled => {
                    findings.push(Finding::NotSettled { seq, action });
                }
                _ => {}
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use serde_json::json;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn public(seed: u8) -> Pubkey {
        Pubkey::from(key(seed).verifying_key().to_bytes())
    }

    fn vehicle() -> (Pubkey, Vehicle) {
        (pda::vehicle(&public(1)), Vehicle::new(255, Pubkey::new_from_array([7; 32]), public(1), [0; 32]))
    }

    fn command(seq: u64, action: Action, by: &[u8]) -> String {
        let vehicle = vehicle().0;
        let command = Command {
            program: PROGRAM_ID.to_bytes(),
            vehicle: vehicle.to_bytes(),
            invocation: pda::invocation(&vehicle, seq).to_bytes(),
            seq,
            action,
            issued_at: 1,
            not_after: 2,
            lock_until: 3,
            message: "",
        };
        let keys: Vec<SigningKey> = by.iter().map(|seed| key(*seed)).collect();
        let mut buffer = [0; Command::MAX_LEN];
        let payload = command.encode_into(&mut buffer).unwrap();
        hex::encode(Cosigned::seal(&keys.iter().collect::<Vec<_>>(), payload).to_bytes())
    }

    fn receipt(seq: u64, action: Action, outcome: Outcome, by: u8) -> serde_json::Value {
        let vehicle = vehicle().0;
        let receipt = Receipt {
            program: PROGRAM_ID.to_bytes(),
            vehicle: vehicle.to_bytes(),
            invocation: pda::invocation(&vehicle, seq).to_bytes(),
            seq,
            action,
            outcome,
            device_time: 2,
            command_hash: [0; 32],
        };
        json!({ "receipt": hex::encode(Envelope::seal(&key(by), &receipt.encode()).to_bytes()) })
    }

    fn found(
        commands: &[String],
        receipts: &[serde_json::Value],
        asked: &[(u64, Action, bool)],
    ) -> Vec<Finding> {
        let (address, car) = vehicle();
        let shown = json!({ "vehicle": address.to_string(), "commands": commands, "receipts": receipts });
        let evidence = Evidence::read(&shown.to_string(), &address).unwrap();
        let call = |(seq, action, is_settled): &(u64, Action, bool)| {
            let asked = Asked { action: *action, is_settled: *is_settled };
            (pda::invocation(&address, *seq), asked)
        };
        let asked = asked.iter().map(call).collect();
        let named = HashMap::from([(Action::Lock, vec![public(2), public(3)])]);
        evidence.findings((&address, &car), &asked, &named)
    }

    #[test]
    fn a_car_that_did_what_the_contract_asked_gives_no_finding() {
        let (commands, receipts) = (
            [command(4, Action::Lock, &[2, 3])],
            [
                receipt(4, Action::Lock, Outcome::Applied, 1),
                receipt(3, Action::Lock, Outcome::RefusedExpired, 1),
            ],
        );
        let asked = [(4, Action::Lock, true), (3, Action::Lock, false)];
        assert_eq!(found(&commands, &receipts, &asked), []);
    }

    #[test]
    fn a_lock_that_the_chain_never_asked_for_is_found() {
        let lock = [command(9, Action::Lock, &[2])];
        let done = [receipt(9, Action::Lock, Outcome::Applied, 1)];
        let none = Finding::NoInvocation { seq: 9, action: Action::Lock };
        assert_eq!(found(&lock, &done, &[]), std::slice::from_ref(&none));
        // The command is no more kept: the receipt still shows it.
        assert_eq!(found(&[], &done, &[]), [none]);
        let other = Finding::OtherAction { seq: 9, action: Action::Lock, asked: Action::Warn };
        assert_eq!(found(&lock, &[], &[(9, Action::Warn, true)]), [other]);
    }

    #[test]
    fn what_was_done_and_never_settled_is_found() {
        let done = [receipt(4, Action::Lock, Outcome::Applied, 1)];
        let finding = Finding::NotSettled { seq: 4, action: Action::Lock };
        assert_eq!(found(&[], &done, &[(4, Action::Lock, false)]), [finding]);
    }

    #[test]
    fn keys_that_the_contract_does_not_name_are_found() {
        let commands = [command(4, Action::Lock, &[2, 9])];
        let finding = Finding::UnknownKey { seq: 4, action: Action::Lock, key: public(9) };
        assert_eq!(found(&commands, &[], &[(4, Action::Lock, true)]), [finding]);
        let done = [receipt(4, Action::Lock, Outcome::Applied, 8)];
        let finding = Finding::NotTheCars { seq: 4, key: public(8) };
        assert_eq!(found(&[], &done, &[(4, Action::Lock, true)]), [finding]);
    }

    #[test]
    fn evidence_that_was_changed_or_is_of_another_car_is_refused() {
        let address = vehicle().0;
        let mut torn = command(4, Action::Lock, &[2]);
        torn.replace_range(..2, "00");
        let shown = |vehicle: &str, command: &str| {
            json!({ "vehicle": vehicle, "commands": [command], "receipts": [] }).to_string()
        };
        let read = |text: &str| Evidence::read(text, &address).unwrap_err();
        assert!(matches!(read(&shown(&address.to_string(), &torn)), EvidenceError::Broken("command", 0)));
        let other = shown(&public(5).to_string(), &command(4, Action::Lock, &[2]));
        assert!(matches!(read(&other), EvidenceError::OtherCar(_)));
        assert!(matches!(read("{}"), EvidenceError::NotShown(_)));
    }
}
