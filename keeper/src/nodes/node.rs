//! One node's RPC: JSON over HTTP, with a limit for everything that a node could let grow: time, bytes, calls.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use latchkey_link::http::json_rpc::{NoResult, PostError, request, result};
use latchkey_link::redacted::{RedactedError, hosts_only};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tracing::warn;

use super::method::{CallCounts, Method};
use super::transport::Transport;

/// The longest pause that a node may ask for: beyond it, it is asked whether it still means it.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// The pause after a 429 that names none.
const USUAL_PAUSE: Duration = Duration::from_secs(2);
/// A node that did not answer is left alone for so long, doubled with each further failure, up to the second.
const FIRST_REST: Duration = Duration::from_millis(250);
const LONGEST_REST: Duration = Duration::from_secs(8);

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("{node} is rate limited for {method}: it asks to wait {} s", .pause.as_secs())]
    RateLimited { node: String, method: &'static str, pause: Duration },
    #[error("{node} did not answer {method} within {} s", .limit.as_secs())]
    TimedOut { node: String, method: &'static str, limit: Duration },
    #[error("{node} is out of reach: check the address and the node")]
    Unreachable {
        node: String,
        #[source]
        source: RedactedError,
    },
    #[error("{node} answered {method} with HTTP status {status}")]
    Status { node: String, method: &'static str, status: u16 },
    #[error(
        "{node} answered {method} with more than {limit} bytes: raise max_body_bytes, or use a node that offers pages"
    )]
    TooLong { node: String, method: &'static str, limit: usize },
    #[error("{node} answered {method} with what is no result of it")]
    Malformed {
        node: String,
        method: &'static str,
        #[source]
        source: RedactedError,
    },
    #[error("{node} answered {method} as of an older slot than was asked for")]
    Behind { node: String, method: &'static str },
    #[error("{node} refused {method} ({code}): {message}")]
    Refused { node: String, method: &'static str, code: i64, message: String },
}

/// JSON-RPC's code for a node that has not reached the slot.
const MIN_CONTEXT_SLOT_NOT_REACHED: i64 = -32_016;

impl CallError {
    /// Whether the node has not reached the slot that was asked for.
    pub fn is_behind(&self) -> bool {
        matches!(self, Self::Behind { .. } | Self::Refused { code: MIN_CONTEXT_SLOT_NOT_REACHED, .. })
    }
}

/// Limits of one call.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    pub bytes: usize,
}

/// One node.
pub struct Node {
    /// Scheme, host and port: what may be said of its address.
    name: String,
    url: String,
    transport: Arc<dyn Transport>,
    counts: CallCounts,
    wins: AtomicU64,
    failures: AtomicU32,
    rests_until: Mutex<Option<Instant>>,
    /// Methods that it asked a pause for.
    paused: Mutex<HashMap<Method, Instant>>,
}

impl Node {
    pub(super) fn new(url: &str, transport: Arc<dyn Transport>) -> Self {
        Self {
            name: hosts_only(url),
            url: url.to_owned(),
            transport,
            counts: CallCounts::default(),
            wins: AtomicU64::new(0),
            failures: AtomicU32::new(0),
            rests_until: Mutex::new(None),
            paused: Mutex::new(HashMap::new()),
        }
    }

    /// What may be said of its address.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calls made to it.
    pub fn counts(&self) -> &CallCounts {
        &self.counts
    }

    /// How often its answer was the first of several nodes'.
    pub fn wins(&self) -> u64 {
        self.wins.load(Ordering::Relaxed)
    }

    pub(super) fn won(&self) {
        self.wins.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it may be asked `method` now: it asked for no pause, and did not just fail to answer.
    pub(super) fn is_ready(&self, method: Method) -> bool {
        let rests = self.rests_until.lock().is_ok_and(|until| until.is_some_and(|at| Instant::now() < at));
        !rests && self.pause(method).is_none()
    }

    fn pause(&self, method: Method) -> Option<Duration> {
        let paused = self.paused.lock().ok()?;
        let until = *paused.get(&method)?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// Calls `method`. A node that asked for a pause is not called before it is over.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        params: Value,
        limits: Limits,
    ) -> Result<T, CallError> {
        if let Some(pause) = self.pause(method) {
            return Err(CallError::RateLimited { node: self.name.clone(), method: method.name(), pause });
        }
        self.counts.add(method);
        let result = match timeout(limits.time, self.exchange(method, &params, limits.bytes)).await {
            Ok(result) => result,
            Err(_) => Err(CallError::TimedOut {
                node: self.name.clone(),
                method: method.name(),
                limit: limits.time,
            }),
        };
        self.remember(&result);
        result
    }

    /// A node that does not answer, or with nonsense, is left alone for a while; one that refuses a call is alive.
    fn remember<T>(&self, result: &Result<T, CallError>) {
        let rest = match result {
            Ok(_)
            | Err(CallError::Refused { .. } | CallError::RateLimited { .. } | CallError::TooLong { .. }) => {
                self.failures.store(0, Ordering::Relaxed);
                None
            }
            Err(_) => {
                let failures = self.failures.fetch_add(1, Ordering::Relaxed).min(16);
                let rest = FIRST_REST.saturating_mul(1 << failures).min(LONGEST_REST);
                Some(Instant::now() + rest)
            }
        };
        if let Ok(mut until) = self.rests_until.lock() {
            *until = rest;
        }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        method: Method,
        params: &Value,
        limit: usize,
    ) -> Result<T, CallError> {
        let (node, name) = (self.name.clone(), method.name());
        let answer = self.transport.post(&self.url, request(name, params), limit).await;
        let answer = answer.map_err(|error| match error {
            PostError::TooLong(limit) => CallError::TooLong { node: node.clone(), method: name, limit },
            PostError::Failed(source) => CallError::Unreachable { node: node.clone(), source },
        })?;
        result(&answer).map_err(|none| match none {
            NoResult::RateLimited { pause } => {
                let pause = pause.unwrap_or(USUAL_PAUSE).min(LONGEST_PAUSE);
                self.take_pause(method, pause);
                CallError::RateLimited { node, method: name, pause }
            }
            NoResult::Status(status) => CallError::Status { node, method: name, status },
            NoResult::Malformed(source) => CallError::Malformed { node, method: name, source },
            NoResult::Refused { code, message } => CallError::Refused { node, method: name, code, message },
        })
    }

    /// The pause is for one method: the others, and the websocket, go on.
    fn take_pause(&self, method: Method, pause: Duration) {
        warn!(node = self.name, method = method.name(), ?pause, "rate limited: the node asks for a pause");
        if let Ok(mut paused) = self.paused.lock() {
            paused.insert(method, Instant::now() + pause);
        }
    }
}
