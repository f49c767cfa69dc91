//! HTTP to others: bounded in time and size, never redirected, never through a proxy that the environment names.
//!
//! - [`Outbound`] calls addresses that others have written down, such as a function's on the chain: https only, only to
//!   hosts that the operator allows, and never to an address inside one's own network.
//! - `serve`, with the feature `server`, serves a router on a port of this machine.
//! - [`client`], [`read`] and [`json_rpc`] are for addresses from one's own configuration.

mod addresses;
mod hosts;
pub mod json_rpc;
#[cfg(feature = "server")]
mod origins;
mod outbound;
#[cfg(feature = "server")]
mod serve;

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response, Url};

pub use addresses::{Guard, Lookup, PrivateAddress, SystemLookup, is_public};
pub use hosts::{AddressError, HostError, Hosts};
#[cfg(feature = "server")]
pub use origins::{OriginError, origins};
pub use outbound::{Answer, CallError, Outbound, OutboundConfig, OutboundError, Request};
pub use reqwest;
#[cfg(feature = "server")]
pub use serve::{serve, told_to_stop};

/// How long a connection, TLS included, may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a connection that is not used is kept.
const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// A client that follows no redirect and uses no proxy.
pub fn client() -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .pool_idle_timeout(IDLE_LIMIT)
        .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the answer broke off")]
    Broken(#[source] reqwest::Error),
}

/// The whole body, at most `longest` bytes. More is an error as soon as it arrives, whatever length was announced.
pub async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if body.len() + chunk.len() > longest {
            return Err(BodyError::TooLong(longest));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The seconds that an answer asks to wait. A date counts as none: it would be judged by this machine's clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The address of a service that a configuration names: https, or http on a loopback address.
pub fn https_or_loopback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let secure = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
    secure.then_some(url)
}

/// Whether it names a loopback address, as a number.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
