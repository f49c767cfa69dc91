//! The sponsor's configuration file, TOML. Unknown keys are errors, and reading it touches nothing but the file.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use latchkey_link::config_file::{self, ConfigFileError};
use latchkey_link::key_file::{self, KeyFileError};
use serde::{Deserialize, Serialize};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;

use crate::node::{Nodes, NodesError};
use crate::rate::Limits;
use crate::sponsor::Sponsor;

/// A sponsor's configuration. Relative paths are resolved against the directory of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SponsorConfig {
    /// Where it listens.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// Its keypair file. What the key holds is the most that can be lost: keep little on it.
    pub key: PathBuf,
    /// RPC addresses. The first is asked first, the next when it fails.
    pub rpc_urls: Vec<String>,
    /// The lenders whose borrowers it pays for.
    pub lenders: Vec<String>,
    /// Where wallets reach it, an https address: Solana Pay is offered if this is set.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Who asks for the payment, as wallets show it.
    #[serde(default = "label")]
    pub label: String,
    /// The most compute units of a transaction.
    #[serde(default = "max_compute_units")]
    pub max_compute_units: u32,
    /// The highest priority, micro-lamports a compute unit.
    #[serde(default = "max_priority")]
    pub max_priority: u64,
    /// Whether it pays the deposit of the borrower's own token account, which the borrower gets when it is closed.
    #[serde(default)]
    pub pay_token_accounts: bool,
    #[serde(default)]
    pub limits: Limits,
    /// Calls that run at once. More are answered 429.
    #[serde(default = "max_calls")]
    pub max_calls: usize,
    /// Origins of web pages that may call it; `*` for any.
    #[serde(default = "cors_origins")]
    pub cors_origins: Vec<String>,
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8090))
}

fn label() -> String {
    "Car loan".to_owned()
}

const fn max_compute_units() -> u32 {
    400_000
}

const fn max_priority() -> u64 {
    100_000
}

const fn max_calls() -> usize {
    64
}

fn cors_origins() -> Vec<String> {
    vec!["*".to_owned()]
}

/// What it signs.
#[derive(Clone, Debug)]
pub struct Policy {
    pub lenders: BTreeSet<Pubkey>,
    pub max_compute_units: u32,
    pub max_priority: u64,
    pub pay_token_accounts: bool,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SponsorConfigError {
    #[error(transparent)]
    File(#[from] ConfigFileError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error("the key file holds no key pair that Solana takes")]
    NotAKey,
    #[error("lenders names no lender: name those whose borrowers are paid for")]
    NoLender,
    #[error("{0:?} in lenders is no address")]
    Lender(String),
    #[error("{0} is 0: it must be above 0")]
    Zero(&'static str),
    #[error("public_url does not start with https://")]
    PublicUrl,
    #[error(transparent)]
    Nodes(#[from] NodesError),
}

impl SponsorConfig {
    /// Reads and checks a configuration.
    pub fn load(path: &Path) -> Result<Self, SponsorConfigError> {
        let mut config: Self = config_file::read(path)?;
        config.check()?;
        config.key = path.parent().unwrap_or(Path::new("")).join(&config.key);
        Ok(config)
    }

    fn check(&self) -> Result<(), SponsorConfigError> {
        let Limits { loan_hour, loan_day, lamports_hour, lamports_day, .. } = self.limits;
        for (name, is_zero) in [
            ("max_calls", self.max_calls == 0),
            ("limits.loan_hour", loan_hour == 0),
            ("limits.loan_day", loan_day == 0),
            ("limits.lamports_hour", lamports_hour == 0),
            ("limits.lamports_day", lamports_day == 0),
        ] {
            if is_zero {
                return Err(SponsorConfigError::Zero(name));
            }
        }
        if self.public_url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            return Err(SponsorConfigError::PublicUrl);
        }
        Ok(())
    }

    /// What it signs.
    pub fn policy(&self) -> Result<Policy, SponsorConfigError> {
        if self.lenders.is_empty() {
            return Err(SponsorConfigError::NoLender);
        }
        let lender = |text: &String| text.parse().map_err(|_| SponsorConfigError::Lender(text.clone()));
        Ok(Policy {
            lenders: self.lenders.iter().map(lender).collect::<Result<_, _>>()?,
            max_compute_units: self.max_compute_units,
            max_priority: self.max_priority,
            pay_token_accounts: self.pay_token_accounts,
        })
    }

    /// The sponsor as configured. Reads the key file, and opens no connection yet.
    pub fn sponsor(&self) -> Result<Sponsor, SponsorConfigError> {
        let key = key_file::read(&self.key)?;
        let key = Keypair::try_from(&key.to_keypair_bytes()[..]).map_err(|_| SponsorConfigError::NotAKey)?;
        Ok(Sponsor::new(key, self.policy()?, self.limits, Nodes::new(&self.rpc_urls)?))
    }
}
