//! `/live`, `/ready`, `/metrics` and `/status`, for the operator's own network: whoever reaches them reads which loans the
//! keeper works on. They change nothing.

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use super::metrics::Metrics;
use super::reply::{LoanReply, StatusReply};
use super::{Asker, Told};
use crate::core::Gauges;
use crate::ledger::RpcLedger;
use crate::nodes::Method;

/// The oldest that the chain's time may be for a keeper that is ready.
const OLDEST_CLOCK: Duration = Duration::from_secs(30);
/// Loans that `/status` lists of each kind.
const MOST: usize = 20;
/// The text format of `OpenMetrics`, which Prometheus reads.
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the server tells from.
pub struct Sources {
    pub keeper: Pubkey,
    pub asker: Asker,
    pub metrics: Arc<Metrics>,
    pub told: Arc<Told>,
    pub gauges: watch::Receiver<Gauges>,
    pub ledger: Arc<RpcLedger>,
    /// Whether the broker is connected; `None` if the keeper needs no broker.
    pub broker: Box<dyn Fn() -> bool + Send + Sync>,
}

/// The routes.
pub fn router(sources: Sources) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/status", get(status))
        .route("/status/{loan}", get(loan))
        .with_state(Arc::new(sources))
}

type Source = State<Arc<Sources>>;

/// Whether the keeper takes in events. One that does not must be restarted.
async fn live(State(sources): Source) -> Response {
    match sources.asker.health().await {
        Some(_) => said(StatusCode::OK, "the keeper answers\n"),
        None => said(StatusCode::SERVICE_UNAVAILABLE, "the keeper does not answer: restart it\n"),
    }
}

/// Whether it can do its work: it knows the chain, its time moves on, and the cars' broker is connected.
async fn ready(State(sources): Source) -> Response {
    let mut missing = Vec::new();
    match sources.asker.health().await {
        None => missing.push("the keeper does not answer: restart it".to_owned()),
        Some(health) => {
            if health.is_stopping {
                missing.push("the keeper is stopping".to_owned());
            }
            if !health.has_read_all {
                missing.push("not every account was read yet: check chain.rpc_url if this lasts".to_owned());
            }
            let age = sources.told.clock_age();
            if health.now == 0 || age > OLDEST_CLOCK {
                let secs = age.as_secs();
                missing.push(format!(
                    "the chain's time has not moved on for {secs} s: check chain.rpc_url and chain.websocket_url"
                ));
            }
        }
    }
    if !(sources.broker)() {
        missing.push("the broker is not connected: check [broker]".to_owned());
    }
    if missing.is_empty() {
        return said(StatusCode::OK, "the keeper can work\n");
    }
    said(StatusCode::SERVICE_UNAVAILABLE, &format!("{}\n", missing.join("\n")))
}

async fn metrics(State(sources): Source) -> Response {
    let Some(health) = sources.asker.health().await else {
        return said(StatusCode::SERVICE_UNAVAILABLE, "the keeper does not answer: restart it\n");
    };
    let metrics = &sources.metrics;
    metrics.set_health(&health, sources.gauges.borrow().loans, sources.told.clock_age());
    metrics.set_broker((sources.broker)());
    for node in sources.ledger.nodes().each() {
        for method in Method::ALL {
            let calls = node.counts().of(method);
            if calls > 0 {
                metrics.set_rpc_calls(node.name(), method.name(), calls);
            }
        }
        metrics.set_firsts(node.name(), node.wins());
    }
    for (websocket, firsts) in sources.ledger.tellers().counts() {
        metrics.set_firsts(websocket, firsts);
    }
    ([(CONTENT_TYPE, METRICS), (CACHE_CONTROL, "no-store")], metrics.encode()).into_response()
}

async fn status(State(sources): Source) -> Response {
    let Some(report) = sources.asker.report(MOST).await else {
        return said(StatusCode::SERVICE_UNAVAILABLE, "the keeper does not answer: restart it\n");
    };
    let (loans, age) = (sources.gauges.borrow().loans, sources.told.clock_age().as_secs());
    let reason = |vehicle: &Pubkey, what: &str| sources.told.reason(vehicle, what);
    json(&StatusReply::new(&sources.keeper, &report, loans, age, &reason))
}

async fn loan(State(sources): Source, Path(address): Path<String>) -> Response {
    let Ok(loan) = address.parse() else {
        return said(StatusCode::BAD_REQUEST, "the path is /status/ and the loan's address in base58\n");
    };
    let asked = async { Some((sources.asker.loan(loan).await?, sources.asker.health().await?)) };
    match asked.await {
        Some((Some(report), health)) => {
            let reason = |vehicle: &Pubkey, what: &str| sources.told.reason(vehicle, what);
            json(&LoanReply::new(&report, health.now, &reason))
        }
        Some((None, _)) => said(StatusCode::NOT_FOUND, "the keeper knows no open loan at this address\n"),
        None => said(StatusCode::SERVICE_UNAVAILABLE, "the keeper does not answer: restart it\n"),
    }
}

fn json(reply: &impl serde::Serialize) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (headers, serde_json::to_string(reply).unwrap_or_default()).into_response()
}

fn said(code: StatusCode, text: &str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (code, headers, text.to_owned()).into_response()
}
