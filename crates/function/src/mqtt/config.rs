//! How to reach the broker.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use rumqttc::tokio_native_tls::native_tls;
use rumqttc::v5::MqttOptions;
use rumqttc::v5::mqttbytes::v5::ConnectProperties;
use rumqttc::{NetworkOptions, TlsConfiguration, Transport};
use serde::{Deserialize, Serialize};

use super::backoff::Backoff;
use super::connection::Patience;

/// Publishes the broker may leave unacknowledged. Low, for a client that reuses an identifier too early can wedge.
const INFLIGHT: u16 = 32;
/// The largest packet the broker may send: receipts are small.
const MAX_PACKET: u32 = 4096;
/// The shortest keep-alive the client library takes, seconds.
const MIN_KEEP_ALIVE: u16 = 5;

/// How to reach the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttConfig {
    /// The broker's host name, which its certificate must show.
    pub host: String,
    /// The broker's port.
    pub port: u16,
    /// The client identifier, unique at the broker. Without one, a random one is drawn at each start.
    pub client_id: Option<String>,
    /// User name, where the broker asks for one.
    pub username: Option<String>,
    /// File with the user's password.
    pub password_file: Option<PathBuf>,
    /// TLS. Without it the connection is in the clear: for a broker on the same machine only.
    pub tls: Option<Tls>,
    /// Pause between pings, seconds, at least 5. Two unanswered ones mean that the connection is dead.
    pub keep_alive_secs: u16,
    /// The broker acknowledges a command within this time, milliseconds, or the connection is built anew.
    pub ack_timeout_ms: u64,
    /// Pause before a command is first sent again, milliseconds. It doubles from time to time.
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
    /// No host.
    #[error("the broker's host is empty: name it")]
    NoHost,
    /// An empty client identifier.
    #[error("client_id is empty: give a unique one, or leave it out to have one drawn")]
    EmptyClientId,
    /// Pings too frequent.
    #[error("keep_alive_secs is {0}: it must be at least 5")]
    KeepAliveTooShort(u16),
    /// A pause or limit of nothing.
    #[error("{0} is 0: it must be above 0")]
    Zero(&'static str),
    /// A password without a user.
    #[error("password_file needs a username: name the user")]
    PasswordWithoutUser,
    /// Half a client identity.
    #[error("tls.certificate and tls.key belong together: give both or neither")]
    HalfIdentity,
    /// A file that cannot be read.
    #[error("cannot read {path}: check that it exists and is yours")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file that TLS cannot use.
    #[error("TLS cannot use the {0}: it must be PEM, the key PKCS #8 and the certificate's own")]
    BadTls(&'static str, #[source] native_tls::Error),
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
        self.options().map(|_| ())
    }

    pub(super) fn options(&self) -> Result<MqttOptions, ConfigError> {
        self.check_values()?;
        let client_id = self
            .client_id
            .clone()
            .unwrap_or_else(|| format!("latchkey-function-{:016x}", rand::random::<u64>()));
        let mut options = MqttOptions::new(client_id, &self.host, self.port);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        options
            .set_clean_start(true)
            .set_keep_alive(Duration::from_secs(self.keep_alive_secs.into()))
            .set_outgoing_inflight_upper_limit(INFLIGHT)
            .set_network_options(network)
            .set_connect_properties(ConnectProperties {
                max_packet_size: Some(MAX_PACKET),
                ..ConnectProperties::new()
            });
        if let Some(username) = &self.username {
            let password = match &self.password_file {
                Some(path) => String::from_utf8_lossy(&read(path)?).trim_end().to_owned(),
                None => String::new(),
            };
            options.set_credentials(username, password);
        }
        if let Some(tls) = &self.tls {
            options.set_transport(Transport::tls_with_config(TlsConfiguration::from(tls.connector()?)));
        }
        Ok(options)
    }

    pub(super) fn patience(&self) -> Patience {
        Patience {
            // A ping and its answer, the next ping, and time to travel.
            silence: Duration::from_secs(u64::from(self.keep_alive_secs) * 2 + 5),
            ack: Duration::from_millis(self.ack_timeout_ms),
        }
    }

    pub(super) fn resend(&self) -> Backoff {
        Backoff::new(Duration::from_millis(self.resend_ms), Duration::from_millis(self.resend_max_ms))
    }

    fn check_values(&self) -> Result<(), ConfigError> {
        if self.host.is_empty() {
            return Err(ConfigError::NoHost);
        }
        if self.client_id.as_ref().is_some_and(String::is_empty) {
            return Err(ConfigError::EmptyClientId);
        }
        if self.keep_alive_secs < MIN_KEEP_ALIVE {
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

impl Tls {
    fn connector(&self) -> Result<native_tls::TlsConnector, ConfigError> {
        let mut builder = native_tls::TlsConnector::builder();
        builder.min_protocol_version(Some(native_tls::Protocol::Tlsv12));
        if let Some(ca) = &self.ca {
            let ca = native_tls::Certificate::from_pem(&read(ca)?)
                .map_err(|source| ConfigError::BadTls("authority's certificate", source))?;
            // Who runs its own authority trusts no other.
            builder.disable_built_in_roots(true).add_root_certificate(ca);
        }
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let identity = native_tls::Identity::from_pkcs8(&read(certificate)?, &read(key)?)
                    .map_err(|source| ConfigError::BadTls("client certificate and key", source))?;
                builder.identity(identity);
            }
            (None, None) => {}
            _ => return Err(ConfigError::HalfIdentity),
        }
        builder.build().map_err(|source| ConfigError::BadTls("settings", source))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
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
        let id = || MqttConfig::default().options().unwrap().client_id();
        assert_ne!(id(), id());
    }
}
