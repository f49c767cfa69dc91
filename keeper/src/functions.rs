//! Calls car functions.

use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_function::{Class, Function, Outcome, invoke};
use tracing::{info, warn};

use crate::core::FunctionReply;

/// The car functions, however they are reached.
#[async_trait]
pub trait Functions: Send + Sync + 'static {
    /// Calls the function for `invocation` and waits for the car's receipt, at most `limit`. `now` is the chain's time,
    /// which the signed call carries.
    async fn call(&self, invocation: Pubkey, now: i64, limit: Duration) -> FunctionReply;
}

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
}

#[async_trait]
impl Functions for Embedded {
    async fn call(&self, invocation: Pubkey, now: i64, limit: Duration) -> FunctionReply {
        let request = invoke(&self.keeper, invocation, now);
        match self.function.handle(&request, limit).await {
            Outcome::Done(proof) => FunctionReply::Receipt(Box::new(proof.envelope)),
            Outcome::Waiting(waiting) => {
                info!(%invocation, armed = waiting.armed, "the car has not done it yet");
                FunctionReply::Retry
            }
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
