//! Solana Pay's transaction request: a wallet asks who wants the payment, then for the transaction.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use solana_sdk::pubkey::Pubkey;

use super::router::{App, answer, bounded, said};
use crate::refusal::SponsorError;
use crate::sponsor::{Wanted, wire};

/// A key, as wallets show it beside the label.
pub const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0b5d4d"/><path fill="#fff" d="M15 4a5 5 0 0 0-4.8 6.4L4 16.6V20h3.4v-2h2v-2h2l1.2-1.2A5 5 0 1 0 15 4zm1.5 5a1.5 1.5 0 1 1 0-3 1.5 1.5 0 0 1 0 3z"/></svg>"##;

/// What the address may carry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Base units; what is due without it.
    amount: Option<u64>,
    /// A key that the payment carries, by which it is found.
    reference: Option<String>,
}

#[derive(Deserialize)]
struct Asking {
    account: String,
}

/// Who asks for the payment.
pub async fn describe(State(app): State<Arc<App>>, Path(loan): Path<String>) -> Response {
    match (&app.offer.public_url, loan.parse::<Pubkey>()) {
        (None, _) => not_offered(),
        (_, Err(_)) => bad_address(),
        (Some(url), Ok(_)) => {
            let icon = format!("{}/icon.svg", url.trim_end_matches('/'));
            answer(StatusCode::OK, &json!({ "label": app.offer.label, "icon": icon }))
        }
    }
}

/// The transaction for the wallet's account.
pub async fn prepare(
    State(app): State<Arc<App>>,
    Path(loan): Path<String>,
    chosen: Result<Query<Chosen>, QueryRejection>,
    request: Request,
) -> Response {
    if app.offer.public_url.is_none() {
        return not_offered();
    }
    let Ok(loan) = loan.parse() else { return bad_address() };
    let Ok(Query(Chosen { amount, reference })) = chosen else {
        return bad("an address may carry amount, in base units, and reference, a key in base58");
    };
    let Ok(reference) = reference.map(|text| text.parse()).transpose() else {
        return bad("reference is not a key in base58");
    };
    bounded(&app, request.into_body(), async |body| {
        let asking: Option<Asking> = serde_json::from_slice(&body).ok();
        let Some(account) = asking.and_then(|asking| asking.account.parse().ok()) else {
            return bad("send {\"account\": the wallet's address}");
        };
        match app.sponsor.payment(Wanted { loan, account, amount, reference }).await {
            Ok(payment) => {
                let transaction = STANDARD.encode(wire(&payment.transaction));
                answer(StatusCode::OK, &json!({ "transaction": transaction, "message": payment.message }))
            }
            Err(SponsorError::Refused(refusal)) => {
                let code =
                    if refusal.is_limit() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::BAD_REQUEST };
                said(code, refusal.rule(), &refusal.to_string())
            }
            Err(SponsorError::Node(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the chain did not answer");
                said(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "chain_unreadable",
                    "the chain cannot be read now: try again",
                )
            }
        }
    })
    .await
}

fn not_offered() -> Response {
    said(StatusCode::NOT_FOUND, "not_offered", "this sponsor offers no Solana Pay: its public_url is not set")
}

fn bad_address() -> Response {
    bad("the path is /pay/ and the loan's address in base58")
}

fn bad(message: &str) -> Response {
    said(StatusCode::BAD_REQUEST, "bad_request", message)
}
