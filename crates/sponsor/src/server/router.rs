//! The endpoint.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use latchkey_link::http::{OriginError, origins};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_http::cors::CorsLayer;

use super::{kora, pay};
use crate::Sponsor;
use crate::config::SponsorConfig;

/// The longest body, bytes: a transaction of 1,232 bytes in base64, and what stands around it.
const LONGEST_BODY: usize = 4 << 10;
/// How long a body may take to arrive: it is one packet or two.
const BODY_LIMIT: Duration = Duration::from_secs(5);
/// How long a call may take: a few questions to a node.
const CALL_LIMIT: Duration = Duration::from_secs(20);
/// How long a browser may keep what it may send.
const CORS_KEPT: Duration = Duration::from_hours(1);

/// What there is.
const ROUTES: &str = "POST / takes Kora's JSON-RPC, GET and POST /pay/LOAN a Solana Pay request, GET /liveness says that it runs";

/// What a router offers beside signatures.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Where wallets reach it, if Solana Pay is offered.
    pub public_url: Option<String>,
    pub label: String,
    /// Calls that run at once.
    pub max_calls: usize,
    /// Origins of web pages that may call it.
    pub cors_origins: Vec<String>,
}

impl From<&SponsorConfig> for Offer {
    fn from(config: &SponsorConfig) -> Self {
        Self {
            public_url: config.public_url.clone(),
            label: config.label.clone(),
            max_calls: config.max_calls,
            cors_origins: config.cors_origins.clone(),
        }
    }
}

/// What the routes share.
pub struct App {
    pub sponsor: Sponsor,
    pub offer: Offer,
    calls: Semaphore,
}

/// The sponsor's routes.
pub fn router(sponsor: Sponsor, offer: Offer) -> Result<Router, OriginError> {
    let cors = CorsLayer::new()
        .allow_origin(origins(&offer.cors_origins)?)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE])
        .max_age(CORS_KEPT);
    let calls = Semaphore::new(offer.max_calls);
    Ok(Router::new()
        .route("/", post(call))
        .route("/liveness", get(async || answer(StatusCode::OK, &json!({ "status": "ok" }))))
        .route("/icon.svg", get(async || ([(CONTENT_TYPE, "image/svg+xml")], pay::ICON)))
        .route("/pay/{loan}", get(pay::describe).post(pay::prepare))
        .method_not_allowed_fallback(async || said(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", ROUTES))
        .fallback(async || said(StatusCode::NOT_FOUND, "not_found", ROUTES))
        .layer(cors)
        .with_state(Arc::new(App { sponsor, offer, calls })))
}

async fn call(State(app): State<Arc<App>>, request: Request) -> Response {
    bounded(&app, request.into_body(), async |body| {
        answer(StatusCode::OK, &kora::answer(&app.sponsor, &body).await)
    })
    .await
}

/// Reads a body and answers it, bounded in size, in time and in how many do so at once.
pub async fn bounded(app: &App, body: Body, answered: impl AsyncFnOnce(Bytes) -> Response) -> Response {
    let Ok(_running) = app.calls.try_acquire() else {
        return said(
            StatusCode::TOO_MANY_REQUESTS,
            "busy",
            "as many calls run as this sponsor takes at once",
        );
    };
    let body = match timeout(BODY_LIMIT, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return said(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a body has at most 4 KiB");
        }
        Err(_) => return said(StatusCode::REQUEST_TIMEOUT, "slow_body", "the body did not arrive in time"),
    };
    match timeout(CALL_LIMIT, answered(body)).await {
        Ok(response) => response,
        Err(_) => {
            said(StatusCode::SERVICE_UNAVAILABLE, "chain_slow", "the chain did not answer in time: try again")
        }
    }
}

/// An answer in JSON that is not kept by whoever is in between.
pub fn answer(code: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (code, headers, body.to_string()).into_response()
}

/// A refusal in words.
pub fn said(code: StatusCode, rule: &str, message: &str) -> Response {
    let mut response = answer(code, &json!({ "rule": rule, "message": message }));
    if code == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(1));
    }
    response
}
