use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};

use super::at_address::{AtAddress, Ended};
use super::{Embedded, Functions};
use crate::core::{FunctionCall, FunctionReply};

/// Calls the function whose key this keeper holds, otherwise those at the addresses that the operator allows, one after
/// the other until one of them brings the car's receipt.
pub struct Routed {
    embedded: Option<Embedded>,
    at_address: AtAddress,
}

impl Routed {
    pub fn new(embedded: Option<Embedded>, at_address: AtAddress) -> Self {
        Self { embedded, at_address }
    }
}

#[async_trait]
impl Functions for Routed {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        if let Some(embedded) = self.embedded.as_ref().filter(|embedded| embedded.serves(call)) {
            return embedded.call(call).await;
        }
        let began = Instant::now();
        let deadline = began + Duration::from_secs(call.limit_secs);
        let mut addresses: Vec<&str> = Vec::new();
        for signer in &call.signers {
            // Several keys can share an address.
            if self.at_address.permits(&signer.uri) && !addresses.contains(&signer.uri.as_str()) {
                addresses.push(&signer.uri);
            }
        }
        let mut reply = FunctionReply::Refused;
        for (at, uri) in addresses.iter().enumerate() {
            // One that drips or fails leaves time for those after it.
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            let share = u32::try_from(addresses.len() - at).unwrap_or(1);
            let until = now + left / share;
            let called = self.at_address.call(call, uri, began, until);
            match timeout_at(until, called).await.unwrap_or(Ended::Failed) {
                Ended::Receipt(receipt) => return FunctionReply::Receipt(receipt),
                Ended::Waiting | Ended::Failed => reply = FunctionReply::Retry,
                Ended::Refused => {}
            }
        }
        reply
    }
}
