//! The reply: a status code and a reason, both following from the outcome alone. Pure.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_protocol::code::Code;
use serde::{Deserialize, Serialize};

use crate::outcome::{Outcome, Refusal};

/// A reply's body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// One word for a program.
    pub reason: String,
    /// A sentence for a person.
    pub message: String,
    /// The car's signed receipt, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The signed command, base64: an unlock, or what others must sign too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// The last second in which the car obeys it, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<i64>,
    /// The same unlock in twelve digits, for a car that no message reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What HTTP says of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub code: u16,
    /// Seconds after which asking again makes sense.
    pub retry_after: Option<u32>,
    pub reason: &'static str,
}

impl Status {
    const fn last(code: u16, reason: &'static str) -> Self {
        Self { code, retry_after: None, reason }
    }

    const fn again(code: u16, retry_after: u32, reason: &'static str) -> Self {
        Self { code, retry_after: Some(retry_after), reason }
    }
}

/// The status of an outcome.
pub fn status(outcome: &Outcome) -> Status {
    match outcome {
        Outcome::Done(_) => Status::last(200, "done"),
        Outcome::Signed(_) | Outcome::SignedRelease(_) => Status::last(200, "signed"),
        Outcome::Released(_) => Status::last(200, "released"),
        // A parked car may take hours.
        Outcome::Waiting(waiting) if waiting.armed => Status::again(202, 10, "armed"),
        Outcome::Waiting(_) => Status::again(202, 2, "waiting"),
        Outcome::Refused(refusal) => refused(refusal),
    }
}

fn refused(refusal: &Refusal) -> Status {
    use Refusal as R;
    match refusal {
        R::BadEnvelope(_) => Status::last(401, "bad_signature"),
        R::NotTheKeeper { .. } => Status::last(401, "not_the_signer"),
        R::BadRequest(_) => Status::last(422, "not_an_invoke"),
        R::OtherProgram(_) => Status::last(422, "other_program"),
        R::Foreign { .. } => Status::last(422, "foreign"),
        R::NeedsSeveral { .. } => Status::last(422, "needs_several"),
        R::OtherCommand => Status::last(422, "other_command"),
        R::UnknownCommandKeys(_) => Status::last(422, "key_not_held"),
        R::Message(_) => Status::last(422, "message_too_long"),
        R::ClaimedByAnother(_) => Status::last(403, "lease_of_another"),
        R::SignsAlone => Status::last(403, "signs_alone"),
        R::OnlyUnlocks => Status::last(403, "only_unlocks"),
        R::Superseded { .. } => Status::last(409, "superseded"),
        R::NotDue(_) => Status::last(409, "not_due"),
        R::NotEnded => Status::last(409, "not_ended"),
        R::CarSaysSuperseded => Status::last(409, "car_says_superseded"),
        R::CarSaysService => Status::last(409, "car_says_service"),
        R::CarSaysTooLong => Status::last(409, "car_says_too_long"),
        R::LeaseOver { .. } => Status::last(410, "lease_over"),
        R::Expired { .. } => Status::last(410, "expired"),
        R::Closed(_) => Status::last(410, "closed"),
        R::CarSaysExpired => Status::last(410, "car_says_expired"),
        // One of the two nodes lags: so neither answer is final.
        R::Stale { .. } => Status::again(503, 1, "stale"),
        R::NodeBehind(_) => Status::again(503, 1, "node_behind"),
        R::Missing { .. } => Status::again(503, 2, "missing"),
        R::Unclaimed => Status::again(503, 1, "unclaimed"),
        R::ChainUnreadable(_) => Status::again(503, 2, "chain_unreadable"),
        R::ChainSlow => Status::again(503, 2, "chain_slow"),
        R::NotSigned(_) => Status::again(503, 5, "not_signed"),
        R::SignerSlow => Status::again(503, 2, "signer_slow"),
        R::NotSent => Status::again(503, 2, "not_sent"),
        R::CourierGone => Status::again(503, 2, "courier_gone"),
        R::CarSaysUnsafe => Status::again(503, 30, "car_says_unsafe"),
        R::CarSaysNoTime => Status::again(503, 10, "car_says_no_time"),
    }
}

impl Reply {
    /// The body for an outcome.
    pub fn to(outcome: &Outcome) -> Self {
        let reason = status(outcome).reason.to_owned();
        let base64 = |bytes: Vec<u8>| Some(STANDARD.encode(bytes));
        let said = |message: &str| Self { reason, message: message.to_owned(), ..Self::default() };
        match outcome {
            Outcome::Done(proof) => Self {
                receipt: base64(proof.envelope.to_bytes()),
                ..said("the car did it and signed for it")
            },
            Outcome::Signed(signed) => Self {
                envelope: base64(signed.envelope.to_bytes()),
                not_after: Some(signed.not_after),
                code: signed.code.map(|code| code.to_string()),
                ..said(
                    "signed and not sent: carry an unlock to the car, and anything else to those who must sign it too",
                )
            },
            Outcome::SignedRelease(signed) => Self {
                envelope: base64(signed.to_bytes()),
                ..said("the loan has ended and the release is signed: carry it to the car")
            },
            Outcome::Released(receipt) => Self {
                receipt: base64(receipt.to_bytes()),
                ..said("the car obeys unlocks alone from now on")
            },
            Outcome::Waiting(waiting) if waiting.armed => {
                said("the car has the command and obeys when it is parked: ask again")
            }
            Outcome::Waiting(_) => said("the command was sent and the car has not answered yet: ask again"),
            Outcome::Refused(refusal) => said(&refusal.to_string()),
        }
    }
}

/// What a reply means for who asked. Nothing in it is believed: a receipt is the asker's to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Bytes that claim to be the car's signed receipt.
    Receipt(Vec<u8>),
    /// Bytes that claim to be the signed command, and what claims to be its code.
    Signed { envelope: Vec<u8>, code: Option<Code> },
    /// Sent, not answered: ask again after so long. The lease is of use.
    Waiting(Option<Duration>),
    /// Not now: ask again after so long.
    Later { retry_after: Option<Duration>, reason: String },
    /// Not under this lease.
    Refused { reason: String },
    /// This is no function, or a broken one.
    Nonsense(&'static str),
}

impl Meaning {
    /// For logs: a word that the function cannot choose, but for its reason.
    pub fn word(&self) -> &str {
        match self {
            Self::Receipt(_) => "a receipt",
            Self::Signed { .. } => "a signed command",
            Self::Waiting(_) => "waiting",
            Self::Later { reason, .. } | Self::Refused { reason } => reason,
            Self::Nonsense(what) => what,
        }
    }
}

/// Reads a reply. By its status code alone, but for what it brings.
pub fn meaning(code: u16, retry_after: Option<Duration>, content_type: Option<&str>, body: &[u8]) -> Meaning {
    let is_json = content_type.is_some_and(|kind| kind.split(';').next() == Some("application/json"));
    let reply = is_json.then(|| serde_json::from_slice::<Reply>(body).ok()).flatten();
    let reason = |reply: Option<Reply>| {
        let reason = reply.map(|reply| reply.reason).unwrap_or_default();
        // It goes to logs: a word, and nothing that could be taken for a line of its own.
        let word = reason.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40);
        word.collect::<String>()
    };
    match code {
        200 => {
            let Some(reply) = reply else { return Meaning::Nonsense("200 without a reply in JSON") };
            let bytes = |text: Option<String>| STANDARD.decode(text?).ok();
            let code = reply.code.and_then(|code| code.parse().ok());
            match (bytes(reply.receipt), bytes(reply.envelope)) {
                (Some(receipt), _) => Meaning::Receipt(receipt),
                (None, Some(envelope)) => Meaning::Signed { envelope, code },
                (None, None) => Meaning::Nonsense("200 without a receipt"),
            }
        }
        202 if reply.is_some() => Meaning::Waiting(retry_after),
        202 => Meaning::Nonsense("202 without a reply in JSON"),
        // A gateway before the function answers these too, and in HTML: that is no verdict either way.
        408 | 425 | 429 | 500 | 502..=504 => Meaning::Later { retry_after, reason: reason(reply) },
        300..=399 => Meaning::Nonsense("a redirect"),
        400..=499 => Meaning::Refused { reason: reason(reply) },
        _ => Meaning::Nonsense("an unknown status"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Class, Waiting};

    const JSON: Option<&str> = Some("application/json");

    #[test]
    fn final_refusals_have_final_codes_and_the_others_say_when_to_come_back() {
        let refusals = [
            Refusal::OtherProgram(anchor_lang::prelude::Pubkey::default()),
            Refusal::Stale { issued_at: 1, now: 2 },
            Refusal::NodeBehind(1),
            Refusal::ChainSlow,
            Refusal::Unclaimed,
            Refusal::OnlyUnlocks,
            Refusal::Superseded { seq: 1, newest: 2 },
            Refusal::LeaseOver { lease_end: 1, now: 2 },
            Refusal::NeedsSeveral { required: 2, signed: 1 },
            Refusal::SignsAlone,
            Refusal::OtherCommand,
            Refusal::NotSent,
            Refusal::CarSaysUnsafe,
        ];
        for refusal in refusals {
            let class = refusal.class();
            let status = status(&Outcome::Refused(refusal));
            match class {
                Class::Permanent => {
                    assert!([401, 403, 409, 410, 422].contains(&status.code), "{status:?}");
                    assert_eq!(status.retry_after, None, "{status:?}");
                }
                Class::Retry => {
                    assert_eq!(status.code, 503, "{status:?}");
                    assert!(status.retry_after.is_some(), "{status:?}");
                }
            }
        }
    }

    #[test]
    fn a_reply_is_read_as_it_was_meant() {
        let waiting = Outcome::Waiting(Waiting { armed: false });
        let body = serde_json::to_vec(&Reply::to(&waiting)).unwrap();
        let Status { code, retry_after, .. } = status(&waiting);
        let after = retry_after.map(|secs| Duration::from_secs(secs.into()));
        assert_eq!(meaning(code, after, JSON, &body), Meaning::Waiting(Some(Duration::from_secs(2))));
        let refused = Outcome::Refused(Refusal::OnlyUnlocks);
        let body = serde_json::to_vec(&Reply::to(&refused)).unwrap();
        let reason = "only_unlocks".to_owned();
        assert_eq!(meaning(403, None, JSON, &body), Meaning::Refused { reason });
    }

    #[test]
    fn what_a_function_does_not_say_is_no_receipt() {
        let receipt = br#"{"reason":"done","message":"","receipt":"AAAA"}"#;
        assert_eq!(meaning(200, None, JSON, receipt), Meaning::Receipt(vec![0; 3]));
        assert_eq!(
            meaning(200, None, Some("application/json; charset=utf-8"), receipt),
            Meaning::Receipt(vec![0; 3])
        );
        for (code, kind, body) in [
            (200, Some("text/html"), &receipt[..]),
            (200, None, receipt),
            (200, JSON, b"<html>"),
            (200, JSON, br#"{"reason":"done","message":"","receipt":"%"}"#),
            (200, JSON, br#"{"reason":"done","message":""}"#),
            (202, Some("text/html"), b"<html>stored</html>"),
            (201, JSON, receipt),
            (204, None, b""),
            (301, JSON, receipt),
            (307, None, b""),
        ] {
            assert!(matches!(meaning(code, None, kind, body), Meaning::Nonsense(_)), "{code} {kind:?}");
        }
        assert!(matches!(
            meaning(503, Some(Duration::from_secs(7)), Some("text/html"), b"<h1>"),
            Meaning::Later { retry_after: Some(Duration { .. }), .. }
        ));
    }

    #[test]
    fn the_page_names_every_reason_beside_its_status() {
        let page = include_str!("../../../../docs/function.md");
        // The code above is the list: each status stands there as a call with its code and its reason.
        let (code, _) = include_str!("reply.rs").split_once("#[cfg(test)]").unwrap();
        let calls = code
            .split("Status::")
            .skip(1)
            .filter(|call| call.starts_with("last(") || call.starts_with("again("));
        let mut reasons = 0;
        for call in calls {
            let (_, arguments) = call.split_once('(').unwrap();
            let number = &arguments[..3];
            let reason = arguments.split('"').nth(1).unwrap();
            let row = page.lines().find(|line| {
                line.starts_with(&format!("| {number}")) && line.contains(&format!("`{reason}`"))
            });
            assert!(row.is_some(), "docs/function.md has no row {number} with `{reason}`");
            reasons += 1;
        }
        assert!(reasons > 25, "{reasons}");
    }

    #[test]
    fn a_reason_cannot_forge_a_line_of_a_log() {
        let body = br#"{"reason":"x\nwarn lost\u001b[0m","message":""}"#;
        let reason = "xwarnlost0m".to_owned();
        assert_eq!(meaning(403, None, JSON, body), Meaning::Refused { reason });
    }
}
