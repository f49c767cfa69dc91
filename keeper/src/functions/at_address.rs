use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use ed25519_dalek::SigningKey;
use latchkey_client::protocol::cosigned::Cosigned;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_function::Answers;
use latchkey_function::answer::released;
use latchkey_function::http::client::{Try, ask, release};
use latchkey_function::http::event::Wish;
use latchkey_function::http::reply::Meaning;
use latchkey_function::mqtt::MqttCourier;
use latchkey_link::http::{CallError, Outbound};
use latchkey_link::redacted::hosts_only;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{debug, info, warn};

use super::Span;
use super::gathering::Signature;
use super::receipt::verified;
use crate::core::{FunctionCall, FunctionReply, ReleaseCall};

/// The longest that one try lets the function wait for the car.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Time that a try needs beyond the function's own wait.
const TRAVEL: Duration = Duration::from_secs(3);
/// How long a signature may take.
const SIGNING: Duration = Duration::from_secs(5);
/// With less than this left, no further try is begun.
const LEAST: Duration = Duration::from_secs(1);
/// Pauses between tries: the first if the function does not say, the others whatever it says.
const USUAL_PAUSE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Failures in a row after which a function is left alone for this call.
const MOST_FAILURES: u32 = 4;
/// Calls to one host at once. More wait for their turn, and those to other hosts do not wait for them.
const CALLS_PER_HOST: usize = 256;

/// Receipts that cars publish, heard by this keeper itself.
pub trait Receipts: Send + Sync {
    /// What the car publishes from now on.
    fn listen(&self, vehicle: Pubkey) -> Answers;
}

impl Receipts for MqttCourier {
    fn listen(&self, vehicle: Pubkey) -> Answers {
        Self::listen(self, vehicle)
    }
}

/// What one try asks for.
#[derive(Clone, Copy)]
struct Asks<'a> {
    wish: Wish,
    gathered: Option<&'a Cosigned>,
    /// How long the function may take.
    wait: Duration,
    /// How long the call may take.
    left: Duration,
}

/// How the attempt at one function ended.
pub(super) enum Ended {
    Receipt(Box<Envelope>),
    /// The command is under way to the car.
    Waiting,
    /// It could not be reached, or says "later".
    Failed,
    /// It will not do it, or is no function that can be believed.
    Refused,
}

/// Functions at https addresses.
pub struct AtAddress {
    outbound: Outbound,
    keeper: SigningKey,
    address: Pubkey,
    receipts: Option<Arc<dyn Receipts>>,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl AtAddress {
    /// Calls through `outbound` and signs the calls with `keeper`. `receipts` brings what a function cannot hear itself.
    pub fn new(outbound: Outbound, keeper: SigningKey, receipts: Option<Arc<dyn Receipts>>) -> Self {
        let address = Pubkey::from(keeper.verifying_key().to_bytes());
        Self { outbound, keeper, address, receipts, hosts: Mutex::default() }
    }

    /// Whether the address may be called.
    pub(super) fn permits(&self, uri: &str) -> bool {
        self.outbound.permits(uri)
    }

    /// Asks the function at `uri` until it brings the receipt, refuses, fails, or `deadline` comes. Meanwhile the car may be
    /// heard directly.
    pub(super) async fn call(
        &self,
        call: &FunctionCall,
        uri: &str,
        gathered: Option<&Cosigned>,
        span: Span,
    ) -> Ended {
        let Ok(Ok(_turn)) = timeout_at(span.deadline, self.turn(uri).acquire_owned()).await else {
            return Ended::Failed;
        };
        let asked = self.ask_until(call, uri, gathered, span);
        let Some(receipts) = &self.receipts else { return asked.await };
        let mut heard = receipts.listen(call.vehicle);
        let directly = async {
            while let Some(message) = heard.next().await {
                if let Some(receipt) = verified(call, &message) {
                    return receipt;
                }
            }
            // The courier has stopped: the function's own answer remains.
            std::future::pending().await
        };
        tokio::select! {
            ended = asked => ended,
            receipt = directly => {
                info!(invocation = %call.invocation, "the car's receipt was heard directly");
                Ended::Receipt(receipt)
            }
        }
    }

    /// Asks the function at `uri` for its signature until it gives one, refuses, fails, or `deadline` comes.
    pub(super) async fn sign(&self, call: &FunctionCall, uri: &str, span: Span) -> Signature {
        let Ok(Ok(_turn)) = timeout_at(span.deadline, self.turn(uri).acquire_owned()).await else {
            return Signature::Failed;
        };
        let invocation = call.invocation;
        for _ in 0..MOST_FAILURES {
            let left = span.left();
            if left < LEAST {
                break;
            }
            let asks = Asks { wish: Wish::Sign, gathered: None, wait: SIGNING, left };
            let pause = match self.ask(call, uri, span, asks).await {
                Ok(Meaning::Signed { envelope, .. }) => return Signature::Given(envelope),
                Ok(Meaning::Later { retry_after, reason }) => {
                    info!(%invocation, at = hosts_only(uri), reason, "the function signs later");
                    retry_after
                }
                Err(error @ (CallError::TimedOut(_) | CallError::Failed(_))) => {
                    warn!(%invocation, at = hosts_only(uri), error = &error as &dyn std::error::Error, "the function was not reached");
                    None
                }
                Ok(other) => {
                    warn!(%invocation, at = hosts_only(uri), answer = other.word(), "the function does not sign");
                    return Signature::Refused;
                }
                Err(error) => {
                    warn!(%invocation, at = hosts_only(uri), error = &error as &dyn std::error::Error, "the function is not asked again");
                    return Signature::Refused;
                }
            };
            let pause = pause.unwrap_or(USUAL_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            sleep_until(span.deadline.min(Instant::now() + pause)).await;
        }
        Signature::Failed
    }

    /// Asks once.
    async fn ask(
        &self,
        call: &FunctionCall,
        uri: &str,
        span: Span,
        asks: Asks<'_>,
    ) -> Result<Meaning, CallError> {
        let request = span.request(&self.keeper, call);
        let Asks { wish, gathered, wait, left } = asks;
        let once = Try {
            request: &request,
            asker: self.address,
            invocation: call.invocation,
            wish,
            gathered,
            seen_slot: Some(call.slot).filter(|slot| *slot > 0),
            wait,
            limit: left,
        };
        ask(&self.outbound, uri, once).await
    }

    async fn ask_until(
        &self,
        call: &FunctionCall,
        uri: &str,
        gathered: Option<&Cosigned>,
        span: Span,
    ) -> Ended {
        let invocation = call.invocation;
        let mut failures = 0;
        let mut sent = false;
        loop {
            let left = span.left();
            if left < LEAST {
                return if sent { Ended::Waiting } else { Ended::Failed };
            }
            let wait = left.saturating_sub(TRAVEL).min(LONGEST_WAIT);
            let asks = Asks { wish: Wish::Deliver, gathered, wait, left };
            let pause = match self.ask(call, uri, span, asks).await {
                Ok(Meaning::Receipt(bytes)) => {
                    let Some(receipt) = verified(call, &bytes) else {
                        warn!(%invocation, "the function answered with something else than the car's receipt");
                        return Ended::Refused;
                    };
                    return Ended::Receipt(receipt);
                }
                Ok(Meaning::Waiting(after)) => {
                    debug!(%invocation, "the car has not answered the function yet");
                    (failures, sent) = (0, true);
                    after
                }
                Ok(Meaning::Later { retry_after, reason }) => {
                    info!(%invocation, reason, "the function says later");
                    failures += 1;
                    retry_after
                }
                Ok(Meaning::Refused { reason }) => {
                    warn!(%invocation, reason, "the function refused");
                    return Ended::Refused;
                }
                Ok(Meaning::Signed { .. }) => {
                    warn!(%invocation, "the function does not deliver for this keeper: it is not on the lender's list");
                    return Ended::Refused;
                }
                Ok(Meaning::Nonsense(what)) => {
                    warn!(%invocation, what, "what answers is no function");
                    return Ended::Refused;
                }
                Err(CallError::Address(error)) => {
                    warn!(%invocation, %error, "the function's address is not called");
                    return Ended::Refused;
                }
                Err(error @ CallError::TooLong(_)) => {
                    warn!(%invocation, error = &error as &dyn std::error::Error, "what answers is no function");
                    return Ended::Refused;
                }
                Err(error @ (CallError::TimedOut(_) | CallError::Failed(_))) => {
                    warn!(%invocation, error = &error as &dyn std::error::Error, "the function was not reached");
                    failures += 1;
                    None
                }
            };
            if failures >= MOST_FAILURES {
                return if sent { Ended::Waiting } else { Ended::Failed };
            }
            let pause = pause.unwrap_or(USUAL_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            sleep_until(span.deadline.min(Instant::now() + pause)).await;
        }
    }

    /// Asks the function at `uri` once to have the car released.
    pub(super) async fn release(&self, call: &ReleaseCall, uri: &str) -> FunctionReply {
        let limit = Duration::from_secs(call.limit_secs);
        let loan = call.loan;
        match release(&self.outbound, uri, &self.address, &loan, limit).await {
            Ok(Meaning::Receipt(bytes)) => {
                let (device_key, vehicle) = (call.device_key.to_bytes(), call.vehicle.to_bytes());
                let receipt = released(&device_key, &vehicle, &bytes);
                if receipt.is_none() {
                    warn!(%loan, at = hosts_only(uri), "the function answered with something else than the car's receipt");
                }
                receipt.map_or(FunctionReply::Refused, |receipt| FunctionReply::Receipt(Box::new(receipt)))
            }
            Ok(Meaning::Waiting(_) | Meaning::Later { .. }) => FunctionReply::Retry,
            Ok(other) => {
                warn!(%loan, at = hosts_only(uri), answer = other.word(), "the car was not released");
                FunctionReply::Refused
            }
            Err(error) => {
                warn!(%loan, at = hosts_only(uri), error = &error as &dyn std::error::Error, "the function was not reached");
                FunctionReply::Retry
            }
        }
    }

    fn turn(&self, uri: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let host = uri.split('/').nth(2).unwrap_or_default().to_ascii_lowercase();
        Arc::clone(hosts.entry(host).or_insert_with(|| Arc::new(Semaphore::new(CALLS_PER_HOST))))
    }
}
