//! Calls car functions: the one in this process, or others at the https addresses that the chain names.

mod at_address;
mod embedded;
mod gathering;
mod receipt;
mod routed;

use std::time::Duration;

use async_trait::async_trait;
use ed25519_dalek::SigningKey;
use latchkey_function::invoke;
use tokio::time::Instant;

pub use at_address::{AtAddress, Receipts};
pub use embedded::Embedded;
pub use routed::Routed;

use crate::core::{FunctionCall, FunctionReply, ReleaseCall};

/// The car functions, however they are reached.
#[async_trait]
pub trait Functions: Send + Sync + 'static {
    /// Calls the function and waits for the car's receipt, as long as the call allows.
    async fn call(&self, call: &FunctionCall) -> FunctionReply;

    /// Has a car whose loan has ended released, and waits for its receipt, as long as the call allows.
    async fn release(&self, call: &ReleaseCall) -> FunctionReply;
}

/// How long a call has taken and may take.
#[derive(Clone, Copy)]
struct Span {
    began: Instant,
    deadline: Instant,
}

impl Span {
    /// Of a call that begins.
    fn of(call: &FunctionCall) -> Self {
        let began = Instant::now();
        Self { began, deadline: began + Duration::from_secs(call.limit_secs) }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The request for a call, signed now. The chain's time is carried on as far as it has moved since the call began.
    fn request(&self, keeper: &SigningKey, call: &FunctionCall) -> Vec<u8> {
        invoke(keeper, call.invocation, call.now.saturating_add_unsigned(self.began.elapsed().as_secs()))
    }
}
