//! The keeper's configuration file, TOML. Unknown keys are errors, and reading it touches nothing but the file.

use std::path::{Path, PathBuf};

use anchor_lang::prelude::Pubkey;
use latchkey_function::FunctionConfig;
use latchkey_function::mqtt::MqttConfig;
use latchkey_link::config_file::{self, ConfigFileError};
use latchkey_link::http::OutboundConfig;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::core::LOCKS_PER_HOUR;
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
    #[error("{key} is an empty list: name at least one node")]
    NoUrl { key: &'static str },
    #[error("chain.priority_percentile is {0}: a percentile is from 0 to 100")]
    BadPercentile(u8),
    #[error(
        "chain.priority_micro_lamports ({floor}) is above chain.max_priority_micro_lamports ({cap}): lower one or raise the other"
    )]
    BadFees { floor: u64, cap: u64 },
}

impl Config {
    /// Reads and checks a configuration.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = config_file::read(path)?;
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
    fn the_operators_page_shows_a_configuration_and_its_defaults() {
        let page = include_str!("../../docs/operating.md");
        let shown = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let least = load(LEAST).unwrap();
        let shown = load(shown).unwrap();
        let chain = ChainConfig {
            rpc_url: least.chain.rpc_url.clone(),
            websocket_url: least.chain.websocket_url.clone(),
            ..shown.chain.clone()
        };
        assert_eq!((chain, shown.drain_secs), (least.chain, least.drain_secs));
        assert_eq!((shown.broker, shown.function, shown.work), (least.broker, least.function, least.work));
        assert_eq!(shown.functions, least.functions);
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
