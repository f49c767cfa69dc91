//! The function's configuration file, TOML. Unknown keys are errors, and reading it touches nothing but the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use latchkey_link::config_file::{self, ConfigFileError};
use latchkey_link::key_file::{self, KeyFileError};
use serde::{Deserialize, Serialize};

use crate::iot::{IotConfig, IotConfigError, IotCourier};
use crate::mqtt::{self, MqttConfig, SessionCourier};
use crate::remote_signer::{RemoteSigner, RemoteSignerConfig, RemoteSignerError};
use crate::rpc::{RpcChain, RpcChainConfig, RpcChainError};
use crate::server::Limits;
use crate::{CodeKey, CommandKeys, Courier, Function, FunctionConfig};

/// A function's configuration. Relative paths are resolved against the directory of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Where it listens; means nothing as a Lambda.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// Keypair files of the command keys. Either these, or `signer`.
    #[serde(default)]
    pub command_keys: Vec<PathBuf>,
    /// A signing service that holds the command keys.
    #[serde(default)]
    pub signer: Option<RemoteSignerConfig>,
    /// The keypair file of the code key: with one, each unlock that is handed out has a code of twelve digits beside it.
    #[serde(default)]
    pub code_key: Option<PathBuf>,
    /// The longest that a call waits for the car, seconds.
    #[serde(default = "max_wait_secs")]
    pub max_wait_secs: u64,
    /// Calls that run at once. More are answered 429.
    #[serde(default = "max_calls")]
    pub max_calls: usize,
    /// Origins of web pages that may call it; `*` for any.
    #[serde(default = "cors_origins")]
    pub cors_origins: Vec<String>,
    pub chain: RpcChainConfig,
    /// The MQTT broker that the cars connect to. Either this, or `aws_iot`.
    #[serde(default)]
    pub broker: Option<MqttConfig>,
    /// AWS IoT Core's HTTPS endpoint.
    #[serde(default)]
    pub aws_iot: Option<IotConfig>,
    #[serde(default)]
    pub function: FunctionConfig,
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

const fn max_wait_secs() -> u64 {
    20
}

const fn max_calls() -> usize {
    256
}

fn cors_origins() -> Vec<String> {
    vec!["*".to_owned()]
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServerConfigError {
    #[error(transparent)]
    File(#[from] ConfigFileError),
    #[error(
        "name either command_keys or [signer]: a function signs with keys in files, or asks a signing service"
    )]
    Signers,
    #[error("name either [broker] or [aws_iot]: a function reaches its cars one way")]
    Ways,
    #[error("{0} is 0: it must be above 0")]
    Zero(&'static str),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Signer(#[from] RemoteSignerError),
    #[error(transparent)]
    Chain(#[from] RpcChainError),
    #[error("[broker]")]
    Broker(#[from] mqtt::ConfigError),
    #[error(transparent)]
    Iot(#[from] IotConfigError),
}

impl ServerConfig {
    /// Reads and checks a configuration.
    pub fn load(path: &Path) -> Result<Self, ServerConfigError> {
        let mut config: Self = config_file::read(path)?;
        config.check()?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    fn check(&self) -> Result<(), ServerConfigError> {
        if self.command_keys.is_empty() == self.signer.is_none() {
            return Err(ServerConfigError::Signers);
        }
        if self.broker.is_some() == self.aws_iot.is_some() {
            return Err(ServerConfigError::Ways);
        }
        if self.max_wait_secs == 0 {
            return Err(ServerConfigError::Zero("max_wait_secs"));
        }
        if self.max_calls == 0 {
            return Err(ServerConfigError::Zero("max_calls"));
        }
        Ok(())
    }

    fn resolve(&mut self, base: &Path) {
        let resolve = |path: &mut PathBuf| *path = base.join(&path);
        self.command_keys.iter_mut().chain(&mut self.code_key).for_each(resolve);
        if let Some(signer) = &mut self.signer {
            [&mut signer.token_file, &mut signer.ca].into_iter().flatten().for_each(resolve);
        }
        if let Some(broker) = &mut self.broker {
            broker.resolve(base);
        }
        if let Some(iot) = &mut self.aws_iot {
            [&mut iot.certificate, &mut iot.key, &mut iot.ca].into_iter().flatten().for_each(resolve);
        }
    }

    /// The function as configured. Reads the files that are named, and opens no connection yet.
    pub fn function(&self) -> Result<Function, ServerConfigError> {
        let chain = Arc::new(RpcChain::new(&self.chain)?);
        let courier: Arc<dyn Courier> = match (&self.broker, &self.aws_iot) {
            (Some(broker), None) => Arc::new(SessionCourier::new(broker)?),
            (None, Some(iot)) => Arc::new(IotCourier::new(iot)?),
            _ => return Err(ServerConfigError::Ways),
        };
        let config = self.function.clone();
        let code_key = self.code_key.as_deref().map(key_file::read).transpose()?.map(CodeKey::of);
        Ok(if let Some(signer) = &self.signer {
            Function::with_codes(config, RemoteSigner::new(signer)?, chain, courier, code_key)
        } else {
            let keys = CommandKeys::load(&self.command_keys)?;
            Function::with_codes(config, keys, chain, courier, code_key)
        })
    }

    /// What the router needs of it.
    pub fn limits(&self) -> Limits {
        Limits {
            max_wait: std::time::Duration::from_secs(self.max_wait_secs),
            max_calls: self.max_calls,
            cors_origins: self.cors_origins.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const LEAST: &str = "command_keys = ['command.json']
        [chain]
        rpc_urls = ['http://localhost:8899']
        [broker]
        host = 'broker'
        [broker.tls]
        ca = 'ca.pem'";

    fn load(text: &str) -> Result<ServerConfig, ServerConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("function.toml");
        fs::write(&path, text).unwrap();
        let config = ServerConfig::load(&path)?;
        let tls = config.broker.as_ref().and_then(|broker| broker.tls.clone());
        let ca = tls.and_then(|tls| tls.ca);
        let files = config.command_keys.iter().chain(&ca);
        for file in files {
            assert!(file.starts_with(directory.path()), "{}", file.display());
        }
        Ok(config)
    }

    #[test]
    fn paths_are_the_files_own() {
        let config = load(LEAST).unwrap();
        assert_eq!((config.max_wait_secs, config.max_calls), (20, 256));
        assert!(config.listen.ip().is_loopback());
    }

    #[test]
    fn the_file_to_start_from_has_every_key_and_the_defaults() {
        let shown = load(include_str!("../../../../deploy/function.toml")).unwrap();
        let least = load(LEAST).unwrap();
        assert_eq!(
            (shown.max_wait_secs, shown.max_calls, &shown.cors_origins, &shown.function),
            (least.max_wait_secs, least.max_calls, &least.cors_origins, &least.function)
        );
        assert_eq!(shown.chain.timeout_ms, least.chain.timeout_ms);
        assert_eq!(shown.signer.unwrap().timeout_ms, 3_000);
    }

    #[test]
    fn a_function_signs_one_way_and_reaches_cars_one_way() {
        let signer = "[signer]\nurl = 'https://s.example'\nkeys = ['x']\n";
        assert!(matches!(load(&format!("{LEAST}\n{signer}")), Err(ServerConfigError::Signers)));
        assert!(matches!(load(&LEAST.replace("['command.json']", "[]")), Err(ServerConfigError::Signers)));
        let iot = "[aws_iot]\nendpoint = 'https://i.example:8443'\n";
        assert!(matches!(load(&format!("{LEAST}\n{iot}")), Err(ServerConfigError::Ways)));
        let (without, _) = LEAST.split_once("[broker]").unwrap();
        assert!(matches!(load(without), Err(ServerConfigError::Ways)));
    }

    #[test]
    fn what_cannot_work_is_refused_by_name_and_without_secrets() {
        let refusal = |text: &str| format!("{:?}", load(text).unwrap_err());
        assert!(refusal(&format!("lisen = 'x'\n{LEAST}")).contains("lisen"));
        assert!(refusal(&format!("max_calls = 0\n{LEAST}")).contains("max_calls"));
        assert!(refusal(&format!("max_wait_secs = 0\n{LEAST}")).contains("max_wait_secs"));
        let secret = LEAST.replace("['http://localhost:8899']", "'http://localhost/?api-key=SECRET'");
        assert!(!refusal(&secret).contains("SECRET"));
    }
}
