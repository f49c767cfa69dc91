//! Calls car functions: the one in this process, or others at the https addresses that the chain names.

mod at_address;
mod embedded;
mod receipt;
mod routed;

use async_trait::async_trait;

pub use at_address::{AtAddress, Receipts};
pub use embedded::Embedded;
pub use routed::Routed;

use crate::core::{FunctionCall, FunctionReply};

/// The car functions, however they are reached.
#[async_trait]
pub trait Functions: Send + Sync + 'static {
    /// Calls the function and waits for the car's receipt, as long as the call allows.
    async fn call(&self, call: &FunctionCall) -> FunctionReply;
}
