//! How to reach the broker.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use latchkey_link::backoff::Backoff;
use latchkey_link::mqtt::{Endpoint, MIN_KEEP_ALIVE_SECS};
use latchkey_link::tls::{self, ClientFiles, TlsError};
use rumqttc::tokio_native_tls::native_tls::TlsConnector;
use rumqttc::v5::MqttOptions;
use serde::{Deserialize, Serialize};

/// Publishes that the broker may leave unacknowledged. Low, because a client that reuses an identifier too early can
/// wedge.
const INFLIGHT: u16 = 32;
/// The largest packet the broker may send: receipts are small.
const MAX_PACKET: u32 = 4096;

/// How to reach the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// The broker's host name, which its certificate must show.
    pub host: String,
    pub port: u16,
    /// The client identifier, unique at the broker. Without it, each start takes a random one. A function that connects
    /// for each call adds a random part of its own.
    pub client_id: Option<String>,
    /// User name, where the broker asks for one.
    pub username: Option<String>,
    /// File with the user's password.
    pub password_file: Option<PathBuf>,
    /// TLS. Without it the connection is in the clear: for a broker on the same machine only.
    pub tls: Option<Tls>,
    /// Pause between pings, seconds, at least 5. After two unanswered pings the connection is dead.
    pub keep_alive_secs: u16,
    /// The broker acknowledges a command within this time, milliseconds, or the connection is given up.
    pub ack_timeout_ms: u64,
    /// Pause before a command is first sent again, milliseconds. It doubles each time.
    pub resend_ms: u64,
    /// The longest pause before a command is sent again, milliseconds.
    pub resend_max_ms: u64,
}

/// TLS with a client certificate. Files are PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The authority that signed the broker's certificate; without one, those the system trusts.
    pub ca: Option<PathBuf>,
    /// This client's certificate, followed by the intermediate ones.
    pub certificate: Option<PathBuf>,
    /// Its key, PKCS #8.
    pub key: Option<PathBuf>,
}

/// Why a broker cannot be reached as configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the broker's host is empty: name it")]
    NoHost,
    #[error("client_id is empty: give a unique one, or leave it out to have a random one")]
    EmptyClientId,
    #[error("keep_alive_secs is {0}: it must be at least 5")]
    KeepAliveTooShort(u16),
    #[error("{0} is 0: it must be above 0")]
    Zero(&'static str),
    #[error("password_file needs a username: name the user")]
    PasswordWithoutUser,
    #[error("cannot read the password file {path}: check that it exists and belongs to you")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("tls.certificate and tls.key belong together: give both or neither")]
    HalfIdentity,
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 1883,
            client_id: None,
            username: None,
            password_file: None,
            tls: None,
            keep_alive_secs: 15,
            ack_timeout_ms: 15_000,
            resend_ms: 1_000,
            resend_max_ms: 10_000,
        }
    }
}

impl MqttConfig {
    /// Checks everything, reads the files it names, and touches no network.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.prepare().map(|_| ())
    }

    /// Resolves relative paths against `base`.
    pub fn resolve(&mut self, base: &Path) {
        let tls = self.tls.iter_mut();
        let files = tls.flat_map(|tls| [&mut tls.ca, &mut tls.certificate, &mut tls.key]);
        for path in files.chain([&mut self.password_file]).flatten() {
            *path = base.join(&path);
        }
    }

    /// Reads the files, once for any number of connections.
    pub(super) fn prepare(&self) -> Result<Prepared, ConfigError> {
        self.check_values()?;
        let password = self.password_file.as_deref().map(read_password).transpose()?;
        let credentials = self.username.clone().map(|username| (username, password.unwrap_or_default()));
        Ok(Prepared {
            config: self.clone(),
            tls: self.tls.as_ref().map(Tls::connector).transpose()?,
            credentials,
        })
    }

    fn check_values(&self) -> Result<(), ConfigError> {
        if self.host.is_empty() {
            return Err(ConfigError::NoHost);
        }
        if self.client_id.as_ref().is_some_and(String::is_empty) {
            return Err(ConfigError::EmptyClientId);
        }
        if self.keep_alive_secs < MIN_KEEP_ALIVE_SECS {
            return Err(ConfigError::KeepAliveTooShort(self.keep_alive_secs));
        }
        let pauses = [
            ("ack_timeout_ms", self.ack_timeout_ms),
            ("resend_ms", self.resend_ms),
            ("resend_max_ms", self.resend_max_ms),
        ];
        if let Some((name, _)) = pauses.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Zero(name));
        }
        if self.password_file.is_some() && self.username.is_none() {
            return Err(ConfigError::PasswordWithoutUser);
        }
        Ok(())
    }
}

/// A broker with the files for it read.
pub(super) struct Prepared {
    config: MqttConfig,
    tls: Option<TlsConnector>,
    /// User name and password.
    credentials: Option<(String, String)>,
}

impl Prepared {
    /// The client id as configured, or a random one.
    pub fn client_id(&self) -> String {
        self.config.client_id.clone().unwrap_or_else(|| self.random_client_id())
    }

    /// The function's name and a random part: no two connections have the same.
    pub fn random_client_id(&self) -> String {
        let name = self.config.client_id.as_deref().unwrap_or("latchkey-function");
        format!("{name}-{:016x}", rand::random::<u64>())
    }

    pub fn options(&self, client_id: &str) -> MqttOptions {
        let MqttConfig { host, port, keep_alive_secs, .. } = &self.config;
        let broker = Endpoint {
            host,
            port: *port,
            keep_alive_secs: *keep_alive_secs,
            tls: self.tls.clone().map(Into::into),
        };
        let mut options = broker.options(client_id.to_owned());
        options
            .set_clean_start(true)
            .set_max_packet_size(Some(MAX_PACKET))
            .set_outgoing_inflight_upper_limit(INFLIGHT);
        if let Some((username, password)) = &self.credentials {
            options.set_credentials(username.clone(), password.clone());
        }
        options
    }

    pub fn acknowledgement_limit(&self) -> Duration {
        Duration::from_millis(self.config.ack_timeout_ms)
    }

    pub fn resend(&self) -> Backoff {
        Backoff::new(
            Duration::from_millis(self.config.resend_ms),
            Duration::from_millis(self.config.resend_max_ms),
        )
    }
}

impl Tls {
    fn connector(&self) -> Result<TlsConnector, ConfigError> {
        let client = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Some(ClientFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(ConfigError::HalfIdentity),
        };
        Ok(tls::connector(self.ca.as_deref(), client)?)
    }
}

fn read_password(path: &Path) -> Result<String, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_broker_on_this_machine() {
        assert!(MqttConfig::default().check().is_ok());
        assert_eq!(toml::from_str::<MqttConfig>("").unwrap(), MqttConfig::default());
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_is_sent() {
        let refusal = |change: fn(&mut MqttConfig)| {
            let mut config = MqttConfig::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        assert!(matches!(refusal(|c| c.host.clear()), ConfigError::NoHost));
        assert!(matches!(refusal(|c| c.client_id = Some(String::new())), ConfigError::EmptyClientId));
        assert!(matches!(refusal(|c| c.keep_alive_secs = 4), ConfigError::KeepAliveTooShort(4)));
        assert!(matches!(refusal(|c| c.resend_ms = 0), ConfigError::Zero("resend_ms")));
        assert!(matches!(refusal(|c| c.ack_timeout_ms = 0), ConfigError::Zero("ack_timeout_ms")));
        assert!(matches!(
            refusal(|c| c.password_file = Some("password".into())),
            ConfigError::PasswordWithoutUser
        ));
        assert!(matches!(
            refusal(|c| c.tls = Some(Tls { key: Some("key.pem".into()), ..Tls::default() })),
            ConfigError::HalfIdentity
        ));
        assert!(matches!(
            refusal(|c| c.tls = Some(Tls { ca: Some("no/such/ca.pem".into()), ..Tls::default() })),
            ConfigError::Tls(TlsError::Unreadable { .. })
        ));
        assert!(matches!(
            refusal(|c| {
                c.username = Some("keeper".to_owned());
                c.password_file = Some("no/such/password".into());
            }),
            ConfigError::Unreadable { .. }
        ));
    }

    #[test]
    fn a_misspelt_key_is_an_error_that_names_it() {
        let error = toml::from_str::<MqttConfig>("hots = 'broker'").unwrap_err().to_string();
        assert!(error.contains("hots"), "{error}");
    }

    #[test]
    fn without_a_client_id_two_functions_do_not_throw_each_other_out() {
        let broker = MqttConfig::default().prepare().unwrap();
        assert_ne!(broker.client_id(), broker.client_id());
        let named =
            MqttConfig { client_id: Some("fn-1".to_owned()), ..MqttConfig::default() }.prepare().unwrap();
        assert_eq!(named.client_id(), "fn-1");
        let [first, second] = [(); 2].map(|()| named.random_client_id());
        assert!(first != second && first.starts_with("fn-1-"));
    }
}
