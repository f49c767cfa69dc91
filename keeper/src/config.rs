//! The keeper's configuration file, TOML. Unknown keys are errors, and reading it touches nothing but the file.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anchor_lang::prelude::Pubkey;
use config::{Environment, File, FileFormat};
use latchkey_function::FunctionConfig;
use latchkey_function::mqtt::MqttConfig;
use latchkey_link::config_file::{self, ConfigFileError};
use latchkey_link::http::{HostError, OutboundConfig};
use latchkey_link::redacted::RedactedError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::core::{LOCKS_PER_HOUR, Policy};
use crate::ledger::ChainConfig;

/// A keeper's configuration. Relative paths are resolved against the directory of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The keeper's keypair file, in the format of solana-keygen. Its account pays for transactions and bonds and
    /// receives the fees.
    pub keypair: PathBuf,
    /// Keypair files of accounts that pay, in turn, for transactions that need no signature of the keeper: collecting,
    /// declaring defaults, bringing receipts of warnings and locks. So these do not wait for one another.
    #[serde(default)]
    pub fee_payers: Vec<PathBuf>,
    /// Keypair files of the command keys that the function in this process signs with.
    #[serde(default)]
    pub command_keys: Vec<PathBuf>,
    /// How long to finish or give back what was begun after a signal to stop, seconds.
    #[serde(default = "drain_secs")]
    pub drain_secs: u64,
    pub chain: ChainConfig,
    /// The MQTT broker that the cars connect to.
    #[serde(default)]
    pub broker: MqttConfig,
    /// The function in this process.
    #[serde(default)]
    pub function: FunctionConfig,
    /// Functions at https addresses.
    #[serde(default)]
    pub functions: OutboundConfig,
    /// Which work the keeper takes.
    #[serde(default)]
    pub work: WorkConfig,
    /// Where it tells how it is.
    #[serde(default)]
    pub health: HealthConfig,
}

/// Where a keeper tells how it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthConfig {
    /// The address of `/live`, `/ready`, `/metrics` and `/status`; without one there are none.
    pub listen: Option<SocketAddr>,
}

/// Which work a keeper takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkConfig {
    /// The lowest fee for which it takes a warning or a lock, lamports. It takes unlocks at any fee.
    pub min_fee_lamports: u64,
    /// The lenders that it serves, base58; empty for all.
    #[serde(serialize_with = "write_addresses", deserialize_with = "read_addresses")]
    pub lenders: Vec<Pubkey>,
    /// The most cars that it locks in an hour. Above that it locks none until the last lock is an hour old or it is
    /// restarted: a frozen mint or a wrong clock must not lock a fleet.
    pub locks_per_hour: usize,
}

impl Default for WorkConfig {
    fn default() -> Self {
        Self { min_fee_lamports: 0, lenders: Vec::new(), locks_per_hour: LOCKS_PER_HOUR }
    }
}

const fn drain_secs() -> u64 {
    20
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(transparent)]
    File(#[from] ConfigFileError),
    /// The value of `key` has the wrong scheme.
    #[error("{key} must start with {expected}")]
    BadUrl { key: &'static str, expected: &'static str },
    /// A variable of the environment, or both together.
    #[error("the configuration {path} with the variables LATCHKEY_KEEPER__… of the environment is not valid")]
    Environment {
        path: PathBuf,
        #[source]
        source: RedactedError,
    },
    #[error("{key} is an empty list: name at least one node")]
    NoUrl { key: &'static str },
    #[error("chain.priority_percentile is {0}: a percentile is from 0 to 100")]
    BadPercentile(u8),
    #[error(
        "chain.priority_micro_lamports ({floor}) is above chain.max_priority_micro_lamports ({cap}): lower one or raise the other"
    )]
    BadFees { floor: u64, cap: u64 },
}

/// What a variable of the environment that overrides a key begins with.
const PREFIX: &str = "LATCHKEY_KEEPER";
const VARIABLES: &str = "LATCHKEY_KEEPER__";
/// Keys that hold lists: a variable names their elements with commas between.
const LISTS: [&str; 6] =
    ["command_keys", "fee_payers", "chain.rpc_url", "chain.websocket_url", "functions.hosts", "work.lenders"];

impl Config {
    /// Reads and checks a configuration. A variable of the environment such as `LATCHKEY_KEEPER__CHAIN__RPC_URL` overrides
    /// the key `chain.rpc_url` of the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_with(path, std::env::vars().collect())
    }

    /// The same, where `variables` are the environment.
    pub fn load_with(path: &Path, variables: HashMap<String, String>) -> Result<Self, ConfigError> {
        let mut config = Self::read(path, variables)?;
        config.check()?;
        let base = path.parent().unwrap_or(Path::new(""));
        config.keypair = base.join(&config.keypair);
        for key in config.command_keys.iter_mut().chain(&mut config.fee_payers) {
            *key = base.join(&key);
        }
        config.broker.resolve(base);
        if let Some(ca) = &mut config.functions.ca {
            *ca = base.join(&ca);
        }
        Ok(config)
    }

    fn read(path: &Path, variables: HashMap<String, String>) -> Result<Self, ConfigError> {
        let variables: HashMap<_, _> =
            variables.into_iter().filter(|(name, _)| name.starts_with(VARIABLES)).collect();
        if variables.is_empty() {
            return Ok(config_file::read(path)?);
        }
        let environment = Environment::with_prefix(PREFIX).prefix_separator("__").separator("__");
        let environment = environment.try_parsing(true).list_separator(",").source(Some(variables));
        let environment = LISTS.into_iter().fold(environment, Environment::with_list_parse_key);
        let file = File::from(path).format(FileFormat::Toml);
        let merged = config::Config::builder().add_source(file).add_source(environment).build();
        merged.and_then(config::Config::try_deserialize).map_err(|source| {
            // What is wrong in the file itself is told with its line.
            match config_file::read::<Self>(path) {
                Err(broken) => ConfigError::File(broken),
                Ok(_) => {
                    ConfigError::Environment { path: path.to_owned(), source: RedactedError::new(&source) }
                }
            }
        })
    }

    /// What a keeper with this configuration and these command keys works for.
    pub fn policy(&self, command_keys: Vec<Pubkey>) -> Result<Policy, HostError> {
        Ok(Policy {
            min_fee: self.work.min_fee_lamports,
            lenders: self.work.lenders.clone(),
            command_keys,
            locks_per_hour: self.work.locks_per_hour,
            hosts: self.functions.hosts()?,
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        let starts = |key, value: &str, schemes: [&str; 2], expected| {
            if schemes.iter().any(|scheme| value.starts_with(scheme)) {
                Ok(())
            } else {
                Err(ConfigError::BadUrl { key, expected })
            }
        };
        let ChainConfig { rpc_url, websocket_url, priority_percentile, .. } = &self.chain;
        for (key, addresses) in [("chain.rpc_url", rpc_url), ("chain.websocket_url", websocket_url)] {
            if addresses.each().next().is_none() {
                return Err(ConfigError::NoUrl { key });
            }
        }
        for url in rpc_url.each() {
            starts("chain.rpc_url", url, ["http://", "https://"], "http:// or https://")?;
        }
        for url in websocket_url.each() {
            starts("chain.websocket_url", url, ["ws://", "wss://"], "ws:// or wss://")?;
        }
        if *priority_percentile > 100 {
            return Err(ConfigError::BadPercentile(*priority_percentile));
        }
        let (floor, cap) = (self.chain.priority_micro_lamports, self.chain.max_priority_micro_lamports);
        if floor > cap {
            return Err(ConfigError::BadFees { floor, cap });
        }
        Ok(())
    }
}

fn read_addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pubkey>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| {
        text.parse()
            .map_err(|_| serde::de::Error::custom(format!("{text} is not a base58 address of 32 bytes")))
    };
    texts.iter().map(read).collect()
}

fn write_addresses<S: Serializer>(addresses: &[Pubkey], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(addresses.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const LEAST: &str = "keypair = 'keeper.json'
        [chain]
        rpc_url = 'http://localhost:8899'
        websocket_url = 'ws://localhost:8900'";

    fn load(text: &str) -> Result<Config, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keeper.toml");
        fs::write(&path, text).unwrap();
        Config::load(&path).inspect(|config| assert!(config.keypair.starts_with(directory.path())))
    }

    fn refusal(text: &str) -> String {
        let error = load(text).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {source}")
    }

    #[test]
    fn the_least_configuration_is_a_key_and_a_node() {
        let config = load(LEAST).unwrap();
        assert_eq!((config.drain_secs, config.chain.resync_secs), (20, 60));
        assert_eq!(config.broker, MqttConfig::default());
    }

    #[test]
    fn the_file_to_start_from_has_the_defaults() {
        let shown = include_str!("../../deploy/keeper.toml");
        let least = load(LEAST).unwrap();
        let shown = load(shown).unwrap();
        let chain = ChainConfig {
            rpc_url: least.chain.rpc_url.clone(),
            websocket_url: least.chain.websocket_url.clone(),
            ..shown.chain.clone()
        };
        assert_eq!((chain, shown.drain_secs), (least.chain, least.drain_secs));
        assert_eq!(shown.health.listen.map(|address| address.ip().is_loopback()), Some(true));
        assert_eq!((shown.broker, shown.function, shown.work), (least.broker, least.function, least.work));
        assert_eq!(shown.functions, least.functions);
    }

    fn load_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keeper.toml");
        fs::write(&path, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load_with(&path, variables.collect()).map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {source}")
        })
    }

    #[test]
    fn every_key_is_overridden_by_a_variable_of_the_environment() {
        let overridden = load_with(
            LEAST,
            &[
                ("LATCHKEY_KEEPER__CHAIN__RPC_URL", "http://one:8899,http://two:8899"),
                ("LATCHKEY_KEEPER__DRAIN_SECS", "7"),
                ("LATCHKEY_KEEPER__WORK__LOCKS_PER_HOUR", "3"),
                ("LATCHKEY_KEEPER__HEALTH__LISTEN", "127.0.0.1:9464"),
                ("LATCHKEY_KEEPER__COMMAND_KEYS", "a.json,b.json"),
                ("LATCHKEY_PROGRAM_SO", "another program's"),
            ],
        );
        let config = overridden.unwrap();
        let urls: Vec<&str> = config.chain.rpc_url.each().collect();
        assert_eq!(urls, ["http://one:8899", "http://two:8899"]);
        assert_eq!((config.drain_secs, config.work.locks_per_hour), (7, 3));
        assert_eq!(config.health.listen.unwrap().port(), 9_464);
        assert_eq!(config.command_keys.len(), 2);
        // What only the environment has need not be in the file.
        let without = LEAST.replace("keypair = 'keeper.json'", "");
        assert!(load_with(&without, &[("LATCHKEY_KEEPER__KEYPAIR", "keeper.json")]).is_ok());
    }

    #[test]
    fn a_variable_that_is_misspelt_or_has_a_wrong_value_is_refused_by_name_and_without_secrets() {
        let refusal = |name, value| load_with(LEAST, &[(name, value)]).unwrap_err();
        let misspelt = refusal("LATCHKEY_KEEPER__DRAIN_SEC", "7");
        assert!(misspelt.contains("drain_sec") && misspelt.contains("LATCHKEY_KEEPER__"), "{misspelt}");
        let wrong = refusal("LATCHKEY_KEEPER__DRAIN_SECS", "soon");
        assert!(wrong.contains("drain_secs"), "{wrong}");
        let secret = refusal("LATCHKEY_KEEPER__CHAIN__RPC_URL", "htps://host/?api-key=SECRET");
        assert!(secret.contains("chain.rpc_url") && !secret.contains("SECRET"), "{secret}");
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told_with_its_line_whatever_the_environment_says() {
        let broken = LEAST.replace("[chain]", "drain_sec = 5\n[chain]");
        for variables in [&[][..], &[("LATCHKEY_KEEPER__DRAIN_SECS", "7")]] {
            let refusal = load_with(&broken, variables).unwrap_err();
            assert!(refusal.contains("line 2") && refusal.contains("drain_sec"), "{refusal}");
        }
    }

    #[test]
    fn a_misspelt_key_is_an_error_that_names_it() {
        assert!(refusal(&format!("keypiar = 'x'\n{LEAST}")).contains("keypiar"));
        assert!(refusal(&format!("{LEAST}\nresinc_secs = 3")).contains("resinc_secs"));
        assert!(refusal(&format!("{LEAST}\n[work]\nlender = []")).contains("lender"));
    }

    #[test]
    fn a_key_in_a_nodes_address_is_in_no_refusal() {
        for broken in [
            LEAST.replace("http://localhost:8899'", "http://localhost:8899/?api-key=SECRET"),
            LEAST.replace("http://localhost:8899", "htps://localhost/?api-key=SECRET"),
            LEAST.replace("ws://localhost:8900", "localhost/?api-key=SECRET"),
        ] {
            let refusal = refusal(&broken);
            assert!(refusal.contains("valid") || refusal.contains("must start with"), "{refusal}");
            assert!(!refusal.contains("SECRET"), "{refusal}");
        }
    }

    #[test]
    fn an_address_of_the_wrong_kind_is_refused() {
        assert!(refusal(&LEAST.replace("ws://", "http://")).contains("chain.websocket_url"));
        assert!(refusal(&LEAST.replace("http://", "")).contains("chain.rpc_url"));
        assert!(refusal(&format!("{LEAST}\n[work]\nlenders = ['nobody']")).contains("nobody"));
    }

    #[test]
    fn lenders_are_written_back_as_they_were_read() {
        let lender = Pubkey::new_unique();
        let config = load(&format!("{LEAST}\n[work]\nlenders = ['{lender}']")).unwrap();
        assert_eq!(config.work.lenders, [lender]);
        let again: Config = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(again, config);
    }
}
