use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use latchkey_client::protocol::cosigned::Cosigned;
use latchkey_link::redacted::hosts_only;
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::at_address::{AtAddress, Ended};
use super::gathering::{Gathering, Signature};
use super::{Embedded, Functions, Span};
use crate::core::{CallSigner, FunctionCall, FunctionReply, ReleaseCall};

/// Calls the function whose key this keeper holds, otherwise those at the addresses that the operator allows, one after
/// the other until one of them brings the car's receipt. Where several keys must sign, it first asks all of them for their
/// signatures.
pub struct Routed {
    embedded: Option<Embedded>,
    at_address: AtAddress,
}

/// One place where a function signs.
#[derive(Clone, Copy)]
enum Place<'a> {
    Here(&'a Embedded),
    At(&'a str),
}

impl Routed {
    pub fn new(embedded: Option<Embedded>, at_address: AtAddress) -> Self {
        Self { embedded, at_address }
    }

    /// The addresses that may be called, each once: several keys can share one.
    fn addresses<'a>(&self, signers: &'a [CallSigner]) -> Vec<&'a str> {
        let mut addresses: Vec<&str> = Vec::new();
        for signer in signers {
            if self.at_address.permits(&signer.uri) && !addresses.contains(&signer.uri.as_str()) {
                addresses.push(&signer.uri);
            }
        }
        addresses
    }

    /// Asks one function after the other until one of them brings the car's receipt.
    async fn deliver(
        &self,
        call: &FunctionCall,
        addresses: &[&str],
        gathered: Option<&Cosigned>,
        span: Span,
    ) -> FunctionReply {
        let mut reply = FunctionReply::Refused;
        for (at, uri) in addresses.iter().enumerate() {
            // One that drips or fails leaves time for those after it.
            let now = Instant::now();
            let left = span.deadline.saturating_duration_since(now);
            let share = u32::try_from(addresses.len() - at).unwrap_or(1);
            let until = now + left / share;
            let called = self.at_address.call(call, uri, gathered, Span { deadline: until, ..span });
            match timeout_at(until, called).await.unwrap_or(Ended::Failed) {
                Ended::Receipt(receipt) => return FunctionReply::Receipt(receipt),
                Ended::Waiting | Ended::Failed => reply = FunctionReply::Retry,
                Ended::Refused => {}
            }
        }
        reply
    }

    /// Gathers signatures from all functions at once, and has the command delivered as soon as as many keys as must have
    /// signed the same bytes. Before that, nothing is sent to the car.
    async fn deliver_cosigned(&self, call: &FunctionCall, span: Span) -> FunctionReply {
        let here = self.embedded.as_ref();
        let addresses = self.addresses(&call.signers);
        let here_signs = here.filter(|embedded| embedded.serves(&call.signers)).map(Place::Here);
        let places = here_signs.into_iter().chain(addresses.iter().map(|uri| Place::At(uri)));
        let mut asked: FuturesUnordered<_> = places
            .map(async |place| {
                let signs = async {
                    match place {
                        Place::Here(embedded) => embedded.sign(call, span).await,
                        Place::At(uri) => self.at_address.sign(call, uri, span).await,
                    }
                };
                (place, timeout_at(span.deadline, signs).await.unwrap_or(Signature::Failed))
            })
            .collect();
        let mut gathering = Gathering::new(call);
        let (mut signed_at, mut may_sign_later) = (Vec::new(), false);
        let complete = loop {
            if let Some(complete) = gathering.complete() {
                break complete.clone();
            }
            let Some((place, signature)) = asked.next().await else {
                let invocation = call.invocation;
                warn!(%invocation, required = call.required, "too few functions signed the same command: nothing was sent");
                return if may_sign_later { FunctionReply::Retry } else { FunctionReply::Refused };
            };
            match (place, signature) {
                (Place::Here(_), Signature::Given(bytes)) => _ = gathering.take(&bytes),
                (Place::At(uri), Signature::Given(bytes)) if gathering.take(&bytes) => signed_at.push(uri),
                (Place::At(uri), Signature::Given(_)) => {
                    warn!(invocation = %call.invocation, at = hosts_only(uri), "the function signed something else than this call's command");
                }
                (_, Signature::Failed) => may_sign_later = true,
                (_, Signature::Refused) => {}
            }
        };
        drop(asked);
        if let Some(embedded) = here {
            return embedded.deliver(call, Some(&complete), span).await;
        }
        // Who signed it can deliver it.
        let others = addresses.into_iter().filter(|uri| !signed_at.contains(uri));
        let in_order: Vec<&str> = signed_at.iter().copied().chain(others).collect();
        self.deliver(call, &in_order, Some(&complete), span).await
    }
}

#[async_trait]
impl Functions for Routed {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        let span = Span::of(call);
        if call.required > 1 {
            return self.deliver_cosigned(call, span).await;
        }
        if let Some(embedded) = self.embedded.as_ref().filter(|embedded| embedded.serves(&call.signers)) {
            return embedded.call(call).await;
        }
        self.deliver(call, &self.addresses(&call.signers), None, span).await
    }

    async fn release(&self, call: &ReleaseCall) -> FunctionReply {
        if let Some(embedded) = self.embedded.as_ref().filter(|embedded| embedded.serves(&call.signers)) {
            return embedded.release(call).await;
        }
        let mut reply = FunctionReply::Refused;
        for uri in self.addresses(&call.signers) {
            match self.at_address.release(call, uri).await {
                FunctionReply::Refused => {}
                FunctionReply::Retry | FunctionReply::Outage => reply = FunctionReply::Retry,
                receipt @ FunctionReply::Receipt(_) => return receipt,
            }
        }
        reply
    }
}
