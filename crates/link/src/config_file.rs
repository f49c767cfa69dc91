//! A program's configuration file, TOML.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::de::DeserializeOwned;

use crate::redacted::RedactedError;

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    #[error("cannot read the configuration {path}: check that the file exists and that you may read it")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the configuration {path} is not valid")]
    Invalid {
        path: PathBuf,
        /// What is wrong, and where. Of an address in the file only the host is shown.
        #[source]
        source: RedactedError,
    },
}

/// Reads a configuration file. It touches nothing but the file.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigFileError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigFileError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|source| ConfigFileError::Invalid {
        path: path.to_owned(),
        source: RedactedError::new(&source),
    })
}
