//! An order to a car to obey other keys, as people read and sign it.

use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_client::protocol::cosigned::{Cosigned, MOST_SIGNATURES};
use latchkey_client::protocol::{HandOver, KeySet};
use serde_json::{Value, json};

use crate::printer::{View, rows};
use crate::units::date;

/// A hand-over with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    signed: Cosigned,
    order: HandOver,
}

impl Order {
    pub fn new(signed: Cosigned, order: HandOver) -> Self {
        Self { signed, order }
    }

    /// Reads an order and checks its signatures. The error says what is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let signed = Cosigned::open(bytes).map_err(|error| error.to_string())?;
        let order = HandOver::decode(&signed.payload).map_err(|error| error.to_string())?;
        Ok(Self { signed, order })
    }

    /// The order with one more signature.
    pub fn signed_by(mut self, key: &SigningKey) -> Result<Self, String> {
        let one = Cosigned::seal(&[key], &self.signed.payload);
        if self.signed.signers().any(|signer| one.signers().any(|new| new == signer)) {
            return Err("this key has signed already: the other party is to sign".to_owned());
        }
        if self.signed.signatures.len() == MOST_SIGNATURES {
            return Err(format!("an order carries {MOST_SIGNATURES} signatures, and this one has them"));
        }
        self.signed.signatures.extend(one.signatures);
        Ok(self)
    }

    /// In plain words, for whoever is to sign it.
    pub fn told(&self) -> String {
        let HandOver { vehicle, issued_at, seq, borrower, locks_until, keyring, code_key, .. } = &self.order;
        let borrower =
            if *borrower == [0; 32] { "none: no loan is open".to_owned() } else { base58(borrower) };
        rows([
            ("vehicle", base58(vehicle)),
            ("lender", base58(&keyring.lender)),
            ("may warn", signers(&keyring.warn)),
            ("may lock", signers(&keyring.lock)),
            ("may unlock", signers(&keyring.unlock)),
            ("codes of", code(code_key).unwrap_or_else(|| "none: the car takes no codes".to_owned())),
            ("may lock until", date::show(*locks_until)),
            ("borrower", borrower),
            ("old numbers", format!("up to {seq}")),
            ("issued", date::show(*issued_at)),
            ("signed by", self.signed.signers().map(base58).collect::<Vec<_>>().join(", ")),
        ])
    }

    /// The order as it travels.
    pub fn view(&self) -> View {
        let HandOver { vehicle, issued_at, seq, borrower, locks_until, keyring, nonce, code_key, .. } =
            &self.order;
        let envelope = hex::encode(self.signed.to_bytes());
        let json = json!({
            "envelope": envelope,
            "signed_by": self.signed.signers().map(base58).collect::<Vec<_>>(),
            "vehicle": base58(vehicle),
            "lender": base58(&keyring.lender),
            "warn": set(&keyring.warn),
            "lock": set(&keyring.lock),
            "unlock": set(&keyring.unlock),
            "code_key": code(code_key),
            "locks_until": locks_until,
            "borrower": (*borrower != [0; 32]).then(|| base58(borrower)),
            "seq": seq,
            "issued_at": issued_at,
            "nonce": hex::encode(nonce),
        });
        View::new(json, envelope)
    }
}

fn base58(key: &[u8; 32]) -> String {
    Pubkey::from(*key).to_string()
}

fn code(key: &[u8; 32]) -> Option<String> {
    (*key != [0; 32]).then(|| base58(key))
}

fn keys(set: &KeySet) -> Vec<String> {
    set.set_keys().map(base58).collect()
}

fn set(set: &KeySet) -> Value {
    json!({ "required": set.required, "keys": keys(set) })
}

fn signers(set: &KeySet) -> String {
    let keys = keys(set);
    let count = keys.len();
    let all = keys.join(", ");
    if count > 1 { format!("{} of {all}", set.required) } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn order() -> Order {
        let set = KeySet { required: 1, keys: [[1; 32], [2; 32], [0; 32]] };
        let order = HandOver {
            program: [1; 32],
            vehicle: [2; 32],
            nonce: [3; 32],
            issued_at: 4,
            seq: 5,
            borrower: [0; 32],
            locks_until: 1_798_794_000,
            keyring: latchkey_client::protocol::Keyring {
                lender: [6; 32],
                warn: set,
                lock: set,
                unlock: set,
            },
            code_key: [7; 32],
        };
        Order::new(Cosigned::seal(&[&key(1)], &order.encode()), order)
    }

    #[test]
    fn an_order_is_read_as_it_was_printed_and_each_key_signs_once() {
        let agreed = order().signed_by(&key(2)).unwrap();
        let printed = hex::decode(agreed.view().text).unwrap();
        assert_eq!(Order::read(&printed).unwrap(), agreed);
        assert!(agreed.clone().signed_by(&key(1)).unwrap_err().contains("signed already"));
        let full = agreed.signed_by(&key(3)).unwrap();
        assert!(full.signed_by(&key(4)).unwrap_err().contains("3 signatures"));
    }

    #[test]
    fn an_order_with_a_wrong_signature_or_of_another_kind_is_not_shown() {
        let mut printed = hex::decode(order().view().text).unwrap();
        printed[40] ^= 1;
        assert!(Order::read(&printed).unwrap_err().contains("signature"));
        let other = Cosigned::seal(&[&key(1)], b"latchkey:receipt").to_bytes();
        assert!(Order::read(&other).is_err());
    }

    #[test]
    fn whoever_signs_reads_the_keys_and_that_no_loan_is_open() {
        let told = order().told();
        assert!(
            told.contains("1 of ")
                && told.contains("2027-01-01T09:00:00Z")
                && told.contains("no loan is open"),
            "{told}"
        );
    }
}
