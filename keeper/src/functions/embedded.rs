use std::time::Duration;

use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_function::{CallAccounts, Class, Function, Outcome, invoke};
use tracing::{info, warn};

use super::Functions;
use crate::core::{FunctionCall, FunctionReply};

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
    pub(super) fn serves(&self, call: &FunctionCall) -> bool {
        let held = self.function.keys();
        call.signers.iter().any(|signer| held.contains(&signer.key))
    }
}

#[async_trait]
impl Functions for Embedded {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        let invocation = call.invocation;
        let request = invoke(&self.keeper, invocation, call.now);
        let FunctionCall { vehicle, loan, lender, mint, .. } = *call;
        let accounts = CallAccounts { vehicle, loan, lender, mint };
        match self.function.handle_at(&request, accounts, Duration::from_secs(call.limit_secs)).await {
            Outcome::Done(proof) => FunctionReply::Receipt(Box::new(proof.envelope)),
            Outcome::Waiting(waiting) => {
                info!(%invocation, armed = waiting.armed, "the car has not done it yet");
                FunctionReply::Retry
            }
            // It delivers for whoever has it at hand.
            Outcome::Signed(_) => FunctionReply::Retry,
            Outcome::Refused(refusal) => {
                warn!(%invocation, error = &refusal as &dyn std::error::Error, "the function refused");
                match refusal.class() {
                    Class::Permanent => FunctionReply::Refused,
                    Class::Retry => FunctionReply::Retry,
                }
            }
        }
    }
}
