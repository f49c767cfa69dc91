//! Calls a function at an https address.

use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey_link::http::{CallError, Outbound, Request};
use latchkey_protocol::cosigned::Cosigned;

use super::LONGEST_REPLY;
use super::event::{CONTENT_TYPE, Event, Wish};
use super::reply::{Meaning, meaning};

/// Time for the way there and back, beyond what the function may wait for the car.
const TRAVEL: Duration = Duration::from_secs(5);

/// One try of a call.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// The signed `Invoke`.
    pub request: &'a [u8],
    pub asker: Pubkey,
    pub invocation: Pubkey,
    pub wish: Wish,
    /// What other functions signed.
    pub gathered: Option<&'a Cosigned>,
    pub seen_slot: Option<u64>,
    /// How long the function may wait for the car.
    pub wait: Duration,
    /// How long the try may take.
    pub limit: Duration,
}

/// Asks the function at `uri` once.
pub async fn ask(outbound: &Outbound, uri: &str, once: Try<'_>) -> Result<Meaning, CallError> {
    let event = Event::new(once.request, &once.asker, &once.invocation, once.seen_slot);
    let event = event.with_gathered(once.gathered);
    let event = match once.wish {
        Wish::Sign => event.to_sign(),
        Wish::Deliver | Wish::Release(_) => event,
    };
    let body = serde_json::to_vec(&event).unwrap_or_default();
    post(outbound, uri, &body, once.wait, once.limit.min(once.wait + TRAVEL)).await
}

/// Asks the function at `uri` once to have the car of a loan that has ended released.
pub async fn release(
    outbound: &Outbound,
    uri: &str,
    asker: &Pubkey,
    loan: &Pubkey,
    limit: Duration,
) -> Result<Meaning, CallError> {
    let body = serde_json::to_vec(&Event::release(asker, loan)).unwrap_or_default();
    post(outbound, uri, &body, limit.saturating_sub(TRAVEL), limit).await
}

async fn post(
    outbound: &Outbound,
    uri: &str,
    body: &[u8],
    wait: Duration,
    limit: Duration,
) -> Result<Meaning, CallError> {
    let wait = wait.as_secs();
    let headers = [
        ("content-type", CONTENT_TYPE.to_owned()),
        ("accept", "application/json".to_owned()),
        ("prefer", format!("wait={wait}")),
    ];
    let request = Request { headers: &headers, body, limit, longest: LONGEST_REPLY };
    let answer = outbound.post(uri, request).await?;
    Ok(meaning(answer.status.as_u16(), answer.retry_after, answer.content_type.as_deref(), &answer.body))
}
