//! The nodes that the keeper reads from and sends to. Any of them may be slow, silent, wrong or gone.
//!
//! A question goes to the node that answered last; if it fails or takes long, the next one is asked too, and the first
//! answer counts. A transaction goes to all.

mod for_solana_client;
mod method;
mod node;
mod reader;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use serde::de::DeserializeOwned;
use serde_json::Value;
use solana_client::rpc_response::Response;
use tokio::time::sleep;

pub use for_solana_client::rpc_client;
pub use method::{CallCounts, Method};
pub use node::{CallError, Limits, Node};
pub use reader::{AccountReader, AccountsAt, BATCH, ReadFailure};
pub use transport::{Answer, Network, PostError, Transport, WebSocket};

/// How long one node may think before the next is asked as well.
const HEDGE: Duration = Duration::from_millis(700);
/// Limits of an ordinary call.
const LIMITS: Limits = Limits { time: Duration::from_secs(6), bytes: 8 << 20 };

/// Several nodes of one cluster.
pub struct Nodes {
    each: Vec<Arc<Node>>,
    transport: Arc<dyn Transport>,
    /// The one that answered last.
    preferred: AtomicUsize,
    most_bytes: usize,
}

impl Nodes {
    /// The nodes at `urls`, reached through `transport`. `most_bytes` limits a list of accounts.
    pub fn new<'a>(
        urls: impl IntoIterator<Item = &'a str>,
        most_bytes: usize,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let node = |url| Arc::new(Node::new(url, Arc::clone(&transport)));
        let each = urls.into_iter().map(node).collect();
        Self { each, transport, preferred: AtomicUsize::new(0), most_bytes }
    }

    /// What reaches them.
    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Each of them.
    pub fn each(&self) -> &[Arc<Node>] {
        &self.each
    }

    /// How often a method was called, at all nodes together.
    pub fn calls(&self, method: Method) -> u64 {
        self.each.iter().map(|node| node.counts().of(method)).sum()
    }

    /// How often each method was called, in one line.
    pub fn told(&self) -> String {
        Method::ALL.map(|method| format!("{}={}", method.name(), self.calls(method))).join(" ")
    }

    /// How often any method was called.
    pub fn all_calls(&self) -> u64 {
        Method::ALL.into_iter().map(|method| self.calls(method)).sum()
    }

    /// The first answer, and the index of the node that gave it.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        params: Value,
    ) -> Result<(T, usize), CallError> {
        self.ask_within(method, params, LIMITS, HEDGE, |_| true).await
    }

    /// The same with an answer as of `slot` or later. The parameters must ask for that too; a node that ignores it is not
    /// believed.
    pub async fn ask_since<T: DeserializeOwned>(
        &self,
        method: Method,
        params: Value,
        slot: u64,
    ) -> Result<Response<T>, CallError> {
        let is_recent = |answer: &Response<T>| answer.context.slot >= slot;
        Ok(self.ask_within(method, params, LIMITS, HEDGE, is_recent).await?.0)
    }

    /// The same for a list of accounts, which may be long and take its time.
    pub async fn ask_for_list<T: DeserializeOwned>(
        &self,
        method: Method,
        params: Value,
    ) -> Result<T, CallError> {
        let limits = Limits { time: Duration::from_secs(30), bytes: self.most_bytes };
        Ok(self.ask_within(method, params, limits, Duration::from_secs(5), |_| true).await?.0)
    }

    async fn ask_within<T: DeserializeOwned>(
        &self,
        method: Method,
        params: Value,
        limits: Limits,
        hedge: Duration,
        is_recent: impl Fn(&T) -> bool,
    ) -> Result<(T, usize), CallError> {
        let mut waiting = self.order(method).into_iter();
        // That a node lags says more than that another is away.
        let mut behind = None;
        let mut asked = FuturesUnordered::new();
        let ask = |index: usize| {
            let (node, params) = (Arc::clone(&self.each[index]), params.clone());
            async move { (index, node.call(method, params, limits).await) }
        };
        asked.extend(waiting.next().map(ask));
        loop {
            let answer = tokio::select! {
                biased;
                Some(answer) = asked.next() => answer,
                () = sleep(hedge), if waiting.len() > 0 => {
                    asked.extend(waiting.next().map(ask));
                    continue;
                }
            };
            let failed = match answer {
                (index, Ok(result)) if !is_recent(&result) => {
                    CallError::Behind { node: self.each[index].name().to_owned(), method: method.name() }
                }
                (index, Ok(result)) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    self.each[index].won();
                    return Ok((result, index));
                }
                (_, Err(failed)) => failed,
            };
            asked.extend(waiting.next().map(ask));
            if asked.is_empty() {
                return Err(behind.unwrap_or(failed));
            }
            behind = behind.or(Some(failed).filter(CallError::is_behind));
        }
    }

    /// Asks every node, and returns what each said.
    pub async fn ask_all<T: DeserializeOwned>(
        &self,
        method: Method,
        params: &Value,
    ) -> Vec<Result<T, CallError>> {
        join_all(self.each.iter().map(|node| node.call(method, params.clone(), LIMITS))).await
    }

    /// The nodes in the order to ask them in: those that may be asked first, and of them the one that answered last.
    fn order(&self, method: Method) -> Vec<usize> {
        let preferred = self.preferred.load(Ordering::Relaxed);
        let mut order: Vec<usize> = (0..self.each.len()).collect();
        order.sort_by_key(|index| (!self.each[*index].is_ready(method), *index != preferred));
        order
    }
}
