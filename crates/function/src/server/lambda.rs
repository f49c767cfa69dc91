//! The router as an AWS Lambda.

use std::env;
use std::time::SystemTime;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::{Error, RequestExt as _};

use super::deadline::PlatformEnd;

/// Whether this process was started by the Lambda runtime, or an emulator of it.
pub fn is_lambda() -> bool {
    env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Serves until the platform ends the process.
pub async fn run(router: Router) -> Result<(), Error> {
    lambda_http::run(router.layer(from_fn(keep_deadline))).await
}

/// Tells the routes when the platform ends the call.
async fn keep_deadline(mut request: Request, next: Next) -> Response {
    let end = request.lambda_context_ref().map(lambda_http::Context::deadline);
    if let Some(end) = end.and_then(|end| PlatformEnd::of_lambda(end, SystemTime::now())) {
        request.extensions_mut().insert(end);
    }
    next.run(request).await
}
