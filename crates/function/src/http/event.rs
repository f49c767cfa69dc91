//! The request: a CloudEvents 1.0 event in structured mode. Pure.

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_protocol::cosigned::Cosigned;
use serde::{Deserialize, Serialize};

use crate::request::Asked;

/// The event's media type.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";
/// The type of an event that asks for the car's receipt.
pub const TYPE: &str = "dev.latchkey.invoke.v1";
/// The type of an event that asks for a signature alone.
pub const SIGN_TYPE: &str = "dev.latchkey.sign.v1";
/// The type of an event that asks for the release of a car whose loan has ended.
pub const RELEASE_TYPE: &str = "dev.latchkey.release.v1";
const SPEC_VERSION: &str = "1.0";

/// An event as it travels. Attributes that are not named here are allowed, as CloudEvents demands, and mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub specversion: String,
    /// New for each try: a repeated call is no duplicate of the first.
    pub id: String,
    /// Who asks, base58.
    pub source: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The invocation, base58; of a release the loan.
    pub subject: String,
    /// The slot at which the asker saw the invocation, decimal: CloudEvents' own integers have 32 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seenslot: Option<String>,
    /// The command with the signatures of other functions, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathered: Option<String>,
    /// The signed `Invoke`, base64; empty for a release, which anybody may have.
    pub data_base64: String,
}

/// What is asked of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Have the car do it, and bring its receipt.
    Deliver,
    /// Sign, and send nothing.
    Sign,
    /// Have the car of this loan released.
    Release(Pubkey),
}

/// Why an event asks for nothing.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error(
        "the body is not a CloudEvents 1.0 event in JSON with specversion, id, source, type, subject and data_base64"
    )]
    NotAnEvent(#[source] serde_json::Error),
    #[error("specversion is {0:?}: this function reads CloudEvents 1.0")]
    SpecVersion(String),
    #[error(
        "the event's type is {0:?}: this function takes dev.latchkey.invoke.v1, dev.latchkey.sign.v1 and dev.latchkey.release.v1"
    )]
    Type(String),
    #[error("{0} is empty or missing: CloudEvents demands it")]
    Empty(&'static str),
    #[error("data_base64 is not base64: put the signed Invoke there")]
    NotBase64,
    #[error("the subject of a release is the loan's address in base58")]
    NotALoan,
    #[error("gathered is not a signed command in base64: put there what the other functions signed")]
    NotGathered,
    #[error("seenslot is not a slot: write it as a decimal number in a string")]
    NotASlot,
    #[error("{0} differs from what the signed Invoke says: they must name the same")]
    Mismatch(&'static str),
}

/// What an event asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The signed `Invoke`. Whether its signature is right is for the function to say.
    pub request: Vec<u8>,
    pub wish: Wish,
    pub seen_slot: Option<u64>,
    /// What other functions signed. That each signature is right was verified.
    pub gathered: Option<Cosigned>,
}

impl Event {
    /// The event for a signed `Invoke` of `asker` for `invocation`.
    pub fn new(request: &[u8], asker: &Pubkey, invocation: &Pubkey, seen_slot: Option<u64>) -> Self {
        Self {
            specversion: SPEC_VERSION.to_owned(),
            id: format!("{:032x}", rand::random::<u128>()),
            source: asker.to_string(),
            kind: TYPE.to_owned(),
            subject: invocation.to_string(),
            seenslot: seen_slot.map(|slot| slot.to_string()),
            gathered: None,
            data_base64: STANDARD.encode(request),
        }
    }

    /// The event that asks for the release of the car of `loan`.
    pub fn release(asker: &Pubkey, loan: &Pubkey) -> Self {
        Self { kind: RELEASE_TYPE.to_owned(), ..Self::new(&[], asker, loan, None) }
    }

    /// The same, to be signed alone.
    #[must_use]
    pub fn to_sign(self) -> Self {
        Self { kind: SIGN_TYPE.to_owned(), ..self }
    }

    /// The same, with what other functions signed.
    #[must_use]
    pub fn with_gathered(self, gathered: Option<&Cosigned>) -> Self {
        Self { gathered: gathered.map(|signed| STANDARD.encode(signed.to_bytes())), ..self }
    }

    /// Reads an event.
    pub fn read(body: &[u8]) -> Result<Asking, EventError> {
        let event: Self = serde_json::from_slice(body).map_err(EventError::NotAnEvent)?;
        if event.specversion != SPEC_VERSION {
            return Err(EventError::SpecVersion(event.specversion));
        }
        let wish = match event.kind.as_str() {
            TYPE => Wish::Deliver,
            SIGN_TYPE => Wish::Sign,
            RELEASE_TYPE => Wish::Release(event.subject.parse().map_err(|_| EventError::NotALoan)?),
            _ => return Err(EventError::Type(event.kind)),
        };
        for (name, value) in [("id", &event.id), ("source", &event.source), ("subject", &event.subject)] {
            if value.is_empty() {
                return Err(EventError::Empty(name));
            }
        }
        let request = STANDARD.decode(&event.data_base64).map_err(|_| EventError::NotBase64)?;
        let seen_slot =
            event.seenslot.as_deref().map(str::parse).transpose().map_err(|_| EventError::NotASlot)?;
        let gathered = event.gathered.as_deref().map(opened).transpose()?;
        // Logs and gateways show the envelope; it must not say something else than what is signed.
        if let Ok(asked) = Asked::open(&request) {
            let same = |named: &str, key: Pubkey| named == key.to_string();
            if !same(&event.subject, asked.invocation) {
                return Err(EventError::Mismatch("subject"));
            }
            if !same(&event.source, asked.keeper) {
                return Err(EventError::Mismatch("source"));
            }
        }
        Ok(Asking { request, wish, seen_slot, gathered })
    }
}

fn opened(text: &str) -> Result<Cosigned, EventError> {
    let bytes = STANDARD.decode(text).map_err(|_| EventError::NotGathered)?;
    Cosigned::open(&bytes).map_err(|_| EventError::NotGathered)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use serde_json::{Value, json};

    use super::*;
    use crate::invoke;

    fn event() -> (Event, Vec<u8>) {
        let keeper = SigningKey::from_bytes(&[7; 32]);
        let asker = Pubkey::from(keeper.verifying_key().to_bytes());
        let invocation = Pubkey::new_unique();
        let request = invoke(&keeper, invocation, 1_000);
        (Event::new(&request, &asker, &invocation, Some(5_000_000_000)), request)
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> EventError {
        let mut json = serde_json::to_value(event().0).unwrap();
        change(&mut json);
        Event::read(&serde_json::to_vec(&json).unwrap()).unwrap_err()
    }

    #[test]
    fn what_is_written_is_read() {
        let (event, request) = event();
        let body = serde_json::to_vec(&event).unwrap();
        assert!(body.len() < crate::http::LONGEST_EVENT / 4);
        let asking = Asking { request, wish: Wish::Deliver, seen_slot: Some(5_000_000_000), gathered: None };
        assert_eq!(Event::read(&body).unwrap(), asking);
        let payload = [&b"latchkey:command"[..], &[7; 331]].concat();
        let keys = [1, 2, 3].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let gathered = Cosigned::seal(&keys.each_ref(), &payload);
        let body = serde_json::to_vec(&event.clone().to_sign().with_gathered(Some(&gathered))).unwrap();
        assert!(body.len() < crate::http::LONGEST_EVENT / 2);
        assert_eq!(
            Event::read(&body).unwrap(),
            Asking { wish: Wish::Sign, gathered: Some(gathered), ..asking }
        );
        let other = self::event().0;
        assert_ne!(event.id, other.id);
    }

    #[test]
    fn a_release_is_asked_for_by_the_loans_address_alone() {
        let (asker, loan) = (Pubkey::new_unique(), Pubkey::new_unique());
        let body = serde_json::to_vec(&Event::release(&asker, &loan)).unwrap();
        assert_eq!(Event::read(&body).unwrap().wish, Wish::Release(loan));
    }

    #[test]
    fn attributes_that_are_not_known_mean_nothing() {
        let mut json = serde_json::to_value(event().0).unwrap();
        json["time"] = json!("2027-01-01T00:00:00Z");
        json["traceparent"] = json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        json.as_object_mut().unwrap().remove("seenslot");
        let asking = Event::read(&serde_json::to_vec(&json).unwrap()).unwrap();
        assert_eq!(asking.seen_slot, None);
    }

    #[test]
    fn what_is_no_such_event_is_refused_by_name() {
        use EventError::{
            Empty, Mismatch, NotALoan, NotASlot, NotAnEvent, NotBase64, NotGathered, SpecVersion, Type,
        };
        assert!(matches!(Event::read(b"{"), Err(NotAnEvent(_))));
        assert!(matches!(Event::read(b"[]"), Err(NotAnEvent(_))));
        assert!(matches!(refusal(|event| _ = event.as_object_mut().unwrap().remove("id")), NotAnEvent(_)));
        assert!(matches!(refusal(|event| event["specversion"] = json!("0.3")), SpecVersion(_)));
        assert!(matches!(refusal(|event| event["type"] = json!("com.example.other")), Type(_)));
        assert!(matches!(refusal(|event| event["id"] = json!("")), Empty("id")));
        assert!(matches!(refusal(|event| event["data_base64"] = json!("%")), NotBase64));
        assert!(matches!(refusal(|event| event["seenslot"] = json!("-1")), NotASlot));
        assert!(matches!(refusal(|event| event["gathered"] = json!("%")), NotGathered));
        let release = |event: &mut Value| event["type"] = json!(RELEASE_TYPE);
        let nobody = |event: &mut Value| (release(event), event["subject"] = json!("somebody")).1;
        assert!(matches!(refusal(nobody), NotALoan));
        let forged = STANDARD.encode([&[7; 96][..], b"latchkey:command"].concat());
        assert!(matches!(refusal(|event| event["gathered"] = json!(forged)), NotGathered));
        let another = Pubkey::new_unique().to_string();
        assert!(matches!(refusal(|event| event["subject"] = json!(another)), Mismatch("subject")));
        assert!(matches!(refusal(|event| event["source"] = json!(another)), Mismatch("source")));
    }
}
