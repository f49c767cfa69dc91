//! Where the broker is, as the configuration file says it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use latchkey_link::mqtt::{Endpoint, MIN_KEEP_ALIVE_SECS};
use latchkey_link::tls::{ClientFiles, TlsError};
use latchkey_link::tls_at::{self, TrustedTime};
use serde::{Deserialize, Deserializer, Serialize};

use crate::clock::Clock;
use crate::trusted;

/// Where the broker is and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfig {
    /// Host name, which the broker's certificate must show, or address.
    pub host: String,
    /// By custom 8883 with TLS, and 1883 without.
    pub port: u16,
    /// TLS with a client certificate. Without it, anyone on the line can read commands, but not forge them.
    pub tls: Option<TlsConfig>,
    /// Keep-alive, seconds, at least 5. After two unanswered pings the connection is dead.
    #[serde(default = "default_keep_alive", deserialize_with = "keep_alive")]
    pub keep_alive_secs: u16,
}

/// Files for TLS, all PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate authority that signed the broker's certificate. No other is trusted.
    pub ca: PathBuf,
    /// The car's certificate, followed by the intermediate ones.
    pub certificate: PathBuf,
    /// Its key, PKCS #8.
    pub key: PathBuf,
}

impl BrokerConfig {
    /// The broker as the connection needs it. Reads the TLS files.
    pub(super) fn endpoint(&self, clock: Arc<dyn Clock>) -> Result<Endpoint<'_>, TlsError> {
        let time = trusted_by(clock);
        let tls = self.tls.as_ref().map(|TlsConfig { ca, certificate, key }| {
            tls_at::configuration(ca, ClientFiles { certificate, key }, time).map(Into::into)
        });
        Ok(Endpoint {
            host: &self.host,
            port: self.port,
            keep_alive_secs: self.keep_alive_secs,
            tls: tls.transpose()?,
        })
    }
}

/// The time by this clock, while it can be trusted.
fn trusted_by(clock: Arc<dyn Clock>) -> Arc<TrustedTime> {
    let kept = Mutex::new(trusted::TrustedTime::default());
    Arc::new(move || {
        let time = kept.lock().unwrap_or_else(PoisonError::into_inner).observe(&clock.now());
        time.map(|time| time.unix)
    })
}

const fn default_keep_alive() -> u16 {
    15
}

fn keep_alive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let seconds = u16::deserialize(deserializer)?;
    if seconds < MIN_KEEP_ALIVE_SECS {
        let message = format!("keep_alive_secs is {seconds}: it must be at least {MIN_KEEP_ALIVE_SECS}");
        return Err(serde::de::Error::custom(message));
    }
    Ok(seconds)
}
