//! Which web pages may call a server.

use axum::http::HeaderValue;
use tower_http::cors::AllowOrigin;

/// A text that names no origin.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} in cors_origins is not an origin: write https://pay.example.com, or * alone")]
pub struct OriginError(pub String);

/// The origins that a configuration lists; `*` alone for any.
pub fn origins(listed: &[String]) -> Result<AllowOrigin, OriginError> {
    if listed == ["*"] {
        return Ok(AllowOrigin::any());
    }
    let origin = |text: &String| {
        let value = text.parse::<HeaderValue>().ok().filter(|_| text.contains("://") && !text.ends_with('/'));
        value.ok_or_else(|| OriginError(text.clone()))
    };
    Ok(AllowOrigin::list(listed.iter().map(origin).collect::<Result<Vec<_>, _>>()?))
}
