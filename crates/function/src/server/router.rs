//! The endpoint. `POST /` calls the function, `GET /unlock/{invocation}` gives anybody an unlock that is due, and
//! `GET /healthz` says whether calls can succeed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anchor_lang::prelude::Pubkey;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Extensions, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use latchkey_link::http::{OriginError, origins};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_http::cors::CorsLayer;

use super::deadline::{self, PlatformEnd};
use super::prefer::{self, PREFER, PREFERENCE_APPLIED};
use crate::handle::{Call, Function};
use crate::http::LONGEST_EVENT;
use crate::http::event::{self, Event, Wish};
use crate::http::reply::{Reply, status};
use crate::outcome::Outcome;
use crate::snapshot::{self, Seen};

/// How long a body may take to arrive: it is one packet or two.
const BODY_LIMIT: Duration = Duration::from_secs(5);
/// How long the chain may take to answer a look at the function's health.
const HEALTH_LIMIT: Duration = Duration::from_secs(3);
/// How long an unlock may be kept by whoever is in between, seconds: a payment reversed or a newer request ends it.
const UNLOCK_KEPT: &str = "public, max-age=5";
/// How long a browser may keep what it may send.
const CORS_KEPT: Duration = Duration::from_hours(1);

/// What there is.
const ROUTES: &str = "POST / calls the function, GET /unlock/INVOCATION signs an unlock that is due, GET /release/LOAN signs the release of a car whose loan has ended, GET /healthz says how it is";

/// What limits a router.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The longest that a call waits for the car.
    pub max_wait: Duration,
    /// Calls that run at once.
    pub max_calls: usize,
    /// Origins of web pages that may call it; `*` for any.
    pub cors_origins: Vec<String>,
}

struct App {
    function: Function,
    calls: Semaphore,
    max_wait: Duration,
}

impl App {
    /// How long a call may take that asks for no wait of its own.
    fn limit(&self, extensions: &Extensions) -> Duration {
        let platform = extensions.get::<PlatformEnd>().copied();
        deadline::limit(None, self.max_wait, platform, SystemTime::now())
    }
}

/// The function's routes.
pub fn router(function: Function, limits: &Limits) -> Result<Router, OriginError> {
    let app = App { function, calls: Semaphore::new(limits.max_calls), max_wait: limits.max_wait };
    let cors = CorsLayer::new()
        .allow_origin(origins(&limits.cors_origins)?)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, PREFER])
        .expose_headers([RETRY_AFTER, PREFERENCE_APPLIED])
        .max_age(CORS_KEPT);
    Ok(Router::new()
        .route("/", post(invoke))
        .route("/unlock/{invocation}", get(unlock))
        .route("/release/{loan}", get(release))
        .route("/healthz", get(healthz))
        .method_not_allowed_fallback(|| async { said(405, "wrong_method", ROUTES) })
        .fallback(|| async { said(404, "not_found", ROUTES) })
        .layer(cors)
        .with_state(Arc::new(app)))
}

async fn invoke(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = content_type.and_then(|kind| kind.split(';').next()).map(str::trim);
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(event::CONTENT_TYPE)) {
        return said(415, "wrong_content_type", "send a CloudEvents event as application/cloudevents+json");
    }
    let body = match timeout(BODY_LIMIT, read(body)).await {
        Ok(Some(body)) => body,
        Ok(None) => return said(413, "too_large", "an event has at most 4 KiB"),
        Err(_) => return said(408, "slow_body", "the event did not arrive in time: send it at once"),
    };
    let asking = match Event::read(&body) {
        Ok(asking) => asking,
        Err(error) => return said(400, "bad_event", &error.to_string()),
    };
    let Ok(_running) = app.calls.try_acquire() else { return busy() };
    let platform = parts.extensions.get::<PlatformEnd>().copied();
    let wanted = prefer::wait(&parts.headers);
    let limit = deadline::limit(wanted, app.max_wait, platform, SystemTime::now());
    let seen = Seen { slot: asking.seen_slot, accounts: None };
    let call = Call { request: &asking.request, seen, gathered: asking.gathered.as_ref(), limit };
    let outcome = match asking.wish {
        Wish::Deliver => app.function.handle_from_outside(call).await,
        Wish::Sign => app.function.sign(call).await,
        Wish::Release(loan) => app.function.deliver_release(loan, seen, limit).await,
    };
    let mut response = answer(&outcome, "no-store");
    if wanted.is_some()
        && let Ok(applied) = format!("wait={}", limit.as_secs()).parse()
    {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    response
}

/// The body, if it is no longer than an event.
async fn read(body: Body) -> Option<Bytes> {
    to_bytes(body, LONGEST_EVENT).await.ok()
}

async fn unlock(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(invocation) = address(path) else {
        return said(400, "bad_address", "the path is /unlock/ and the invocation's address in base58");
    };
    let Ok(_running) = app.calls.try_acquire() else { return busy() };
    let limit = app.limit(request.extensions());
    let outcome = app.function.unlock(invocation, None, limit).await;
    let kept = if matches!(outcome, Outcome::Signed(_)) { UNLOCK_KEPT } else { "no-store" };
    answer(&outcome, kept)
}

async fn release(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(loan) = address(path) else {
        return said(400, "bad_address", "the path is /release/ and the loan's address in base58");
    };
    let Ok(_running) = app.calls.try_acquire() else { return busy() };
    let limit = app.limit(request.extensions());
    answer(&app.function.release(loan, Seen::default(), limit).await, "no-store")
}

fn address(path: Result<Path<String>, PathRejection>) -> Option<Pubkey> {
    path.ok().and_then(|Path(text)| text.parse().ok())
}

/// Whether calls can succeed: the chain answers. The broker is asked for each call only.
async fn healthz(State(app): State<Arc<App>>) -> Response {
    let keys: Vec<String> = app.function.keys().iter().map(ToString::to_string).collect();
    let (code, body) = match timeout(HEALTH_LIMIT, snapshot::clock(app.function.chain())).await {
        Ok(Ok(now)) => (StatusCode::OK, json!({ "status": "ok", "chain_time": now, "command_keys": keys })),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "the chain does not answer", "command_keys": keys }),
        ),
    };
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (code, headers, body.to_string()).into_response()
}

fn answer(outcome: &Outcome, kept: &'static str) -> Response {
    let status = status(outcome);
    let mut response = reply(status.code, &Reply::to(outcome), kept);
    if let Some(secs) = status.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
    }
    response
}

fn busy() -> Response {
    let mut response = said(429, "busy", "as many calls run as this function takes at once: ask again");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(1));
    response
}

fn said(code: u16, reason: &str, message: &str) -> Response {
    let body = Reply { reason: reason.to_owned(), message: message.to_owned(), ..Reply::default() };
    reply(code, &body, "no-store")
}

fn reply(code: u16, body: &Reply, kept: &'static str) -> Response {
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, kept)];
    (code, headers, serde_json::to_vec(body).unwrap_or_default()).into_response()
}
