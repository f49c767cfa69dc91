//! The settings file: which cluster, and which keys. Flags and the environment take precedence over it.

use std::env;
use std::path::{Path, PathBuf};

use latchkey_client::Pubkey;
use serde::Deserialize;

use crate::party::PartyArg;
use crate::toml_file::{TomlFile, TomlFileError};

const SETTINGS: TomlFile =
    TomlFile { name: "the settings", keys: "the keys are url, keypair, payer and lender, each a string" };

/// The settings. All of them can be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The name of a cluster, or an RPC address.
    pub url: Option<String>,
    /// The key that signs.
    pub keypair: Option<PartyArg>,
    /// Who pays fees and rent.
    pub payer: Option<PartyArg>,
    /// The lender account of commands without --lender.
    pub lender: Option<Pubkey>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: Option<String>,
    keypair: Option<String>,
    payer: Option<String>,
    lender: Option<String>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(transparent)]
    File(#[from] TomlFileError),
    #[error("lender is {value:?} in {path}: write the lender account's address, base58")]
    NotAnAddress { path: PathBuf, value: String },
    #[error(
        "{0:?} is not a cluster: write localnet, devnet, testnet, mainnet, or an address with http:// or https://"
    )]
    NotACluster(String),
}

impl Config {
    /// Reads a file. Relative paths of key files start at its directory.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::new(SETTINGS.load(path)?, path)
    }

    /// Reads the file at [`default_path`]. If it does not exist, nothing is set.
    pub fn load_default() -> Result<Self, ConfigError> {
        match default_path().filter(|path| path.exists()) {
            Some(path) => Self::load(&path),
            None => Ok(Self::default()),
        }
    }

    fn new(written: Written, path: &Path) -> Result<Self, ConfigError> {
        let directory = path.parent().unwrap_or(Path::new(""));
        let named = |text: String| match text.parse() {
            Ok(PartyArg::File(file)) => PartyArg::File(directory.join(file)),
            Ok(address) => address,
            Err(never) => match never {},
        };
        let lender = written.lender.map(|value| {
            value
                .parse()
                .map_err(|_| ConfigError::NotAnAddress { path: path.to_owned(), value: value.clone() })
        });
        Ok(Self {
            url: written.url,
            keypair: written.keypair.map(named),
            payer: written.payer.map(named),
            lender: lender.transpose()?,
        })
    }
}

/// `$XDG_CONFIG_HOME/latchkey/config.toml`, or the same in `~/.config`.
pub fn default_path() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(base.join("latchkey").join("config.toml"))
}

/// The RPC address of a cluster that is given by name or by address.
pub fn rpc_url(cluster: &str) -> Result<String, ConfigError> {
    Ok(match cluster {
        "localnet" | "localhost" | "l" => "http://127.0.0.1:8899".to_owned(),
        "devnet" | "d" => "https://api.devnet.solana.com".to_owned(),
        "testnet" | "t" => "https://api.testnet.solana.com".to_owned(),
        "mainnet" | "mainnet-beta" | "m" => "https://api.mainnet-beta.solana.com".to_owned(),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        other => {
            // The rest may be a key: addresses carry them.
            let name = other.split(['/', '?', '#', ':', '@']).next().unwrap_or_default();
            return Err(ConfigError::NotACluster(name.to_owned()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::new(SETTINGS.parse(text)?, Path::new("settings/config.toml"))
    }

    #[test]
    fn paths_of_key_files_start_at_the_directory_of_the_settings() {
        let lender = Pubkey::new_unique();
        let text = format!(
            "url = \"devnet\"\nkeypair = \"lender.json\"\npayer = \"{lender}\"\nlender = \"{lender}\""
        );
        let config = parse(&text).unwrap();
        assert_eq!(config.url.as_deref(), Some("devnet"));
        assert_eq!(config.keypair, Some(PartyArg::File("settings/lender.json".into())));
        assert_eq!(config.payer, Some(PartyArg::Address(lender)));
        assert_eq!(config.lender, Some(lender));
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let wrong = parse("keypar = \"a\"").unwrap_err();
        let ConfigError::File(TomlFileError::Invalid { source, .. }) = &wrong else { panic!("{wrong}") };
        assert!(source.to_string().contains("keypar") && source.to_string().contains("keypair"), "{source}");
        let wrong = parse("lender = \"me\"").unwrap_err();
        assert!(wrong.to_string().contains("\"me\""), "{wrong}");
    }

    #[test]
    fn clusters_have_names() {
        assert_eq!(rpc_url("localnet").unwrap(), "http://127.0.0.1:8899");
        assert_eq!(rpc_url("http://127.0.0.1:9000").unwrap(), "http://127.0.0.1:9000");
        assert!(rpc_url("mainet").unwrap_err().to_string().contains("mainnet"));
        for mistyped in ["htps://host/?api-key=SECRET", "host/SECRET", "host?SECRET"] {
            assert!(!rpc_url(mistyped).unwrap_err().to_string().contains("SECRET"), "{mistyped}");
        }
    }
}
