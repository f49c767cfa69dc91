use std::time::Duration;

use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_client::protocol::cosigned::Cosigned;
use latchkey_function::{Call, CallAccounts, Class, Function, Outcome, Seen};
use tracing::{info, warn};

use super::gathering::Signature;
use super::{Functions, Span};
use crate::core::{CallSigner, FunctionCall, FunctionReply, ReleaseCall};

/// The function in this process.
pub struct Embedded {
    function: Function,
    keeper: SigningKey,
}

impl Embedded {
    /// Calls `function` and signs the calls with `keeper`.
    pub fn new(function: Function, keeper: SigningKey) -> Self {
        Self { function, keeper }
    }

    /// Whether it holds a key that may sign.
    pub(super) fn serves(&self, signers: &[CallSigner]) -> bool {
        let held = self.function.keys();
        signers.iter().any(|signer| held.contains(&signer.key))
    }

    /// Has the car do it. `gathered` is what other functions have signed.
    pub(super) async fn deliver(
        &self,
        call: &FunctionCall,
        gathered: Option<&Cosigned>,
        span: Span,
    ) -> FunctionReply {
        let invocation = call.invocation;
        match self.function.deliver(asked(call, &span.request(&self.keeper, call), gathered, span)).await {
            Outcome::Done(proof) => FunctionReply::Receipt(Box::new(proof.envelope)),
            Outcome::Waiting(waiting) => {
                info!(%invocation, armed = waiting.armed, "the car has not done it yet");
                FunctionReply::Retry
            }
            Outcome::Refused(refusal) => {
                warn!(%invocation, error = &refusal as &dyn std::error::Error, "the function refused");
                match refusal.class() {
                    Class::Permanent => FunctionReply::Refused,
                    Class::Retry if refusal.is_outage() => FunctionReply::Outage,
                    Class::Retry => FunctionReply::Retry,
                }
            }
            // It delivers for whoever has it at hand.
            Outcome::Signed(_) | Outcome::SignedRelease(_) | Outcome::Released(_) => FunctionReply::Retry,
        }
    }

    /// What it signs, without sending anything.
    pub(super) async fn sign(&self, call: &FunctionCall, span: Span) -> Signature {
        match self.function.sign(asked(call, &span.request(&self.keeper, call), None, span)).await {
            Outcome::Signed(signed) => Signature::Given(signed.envelope.to_bytes()),
            Outcome::Refused(refusal) if refusal.class() == Class::Permanent => {
                let invocation = call.invocation;
                warn!(%invocation, error = &refusal as &dyn std::error::Error, "the function does not sign");
                Signature::Refused
            }
            _ => Signature::Failed,
        }
    }
}

#[async_trait]
impl Functions for Embedded {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        self.deliver(call, None, Span::of(call)).await
    }

    async fn release(&self, call: &ReleaseCall) -> FunctionReply {
        let limit = Duration::from_secs(call.limit_secs);
        let loan = call.loan;
        match self.function.deliver_release(loan, Seen::default(), limit).await {
            Outcome::Released(receipt) => FunctionReply::Receipt(receipt),
            Outcome::Refused(refusal) => {
                warn!(%loan, error = &refusal as &dyn std::error::Error, "the car was not released");
                FunctionReply::Refused
            }
            _ => FunctionReply::Retry,
        }
    }
}

fn asked<'a>(call: &FunctionCall, request: &'a [u8], gathered: Option<&'a Cosigned>, span: Span) -> Call<'a> {
    let FunctionCall { vehicle, loan, lender, mint, .. } = *call;
    // An unlock is judged by whatever a node knows: one that lags must not keep a car locked.
    let slot = (call.action != Action::Unlock).then_some(call.slot);
    let seen = Seen { slot, accounts: Some(CallAccounts { vehicle, loan, lender, mint }) };
    Call { request, seen, gathered, limit: span.left() }
}
