//! Files that people write in TOML.

use std::path::Path;
use std::{fs, io};

use latchkey_link::redacted::RedactedError;
use serde::de::DeserializeOwned;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TomlFileError {
    #[error("cannot read {file}: check that the file exists and that you may read it")]
    Unreadable {
        file: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot use {file}: {keys}")]
    Invalid {
        file: String,
        keys: &'static str,
        #[source]
        source: RedactedError,
    },
}

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub struct TomlFile {
    /// Its name in messages, such as `the terms`.
    pub name: &'static str,
    /// Where its keys are listed, for messages.
    pub keys: &'static str,
}

impl TomlFile {
    pub fn load<T: DeserializeOwned>(self, path: &Path) -> Result<T, TomlFileError> {
        let file = format!("{} {}", self.name, path.display());
        match fs::read_to_string(path) {
            Ok(text) => self.parse_as(file, &text),
            Err(source) => Err(TomlFileError::Unreadable { file, source }),
        }
    }

    pub fn parse<T: DeserializeOwned>(self, text: &str) -> Result<T, TomlFileError> {
        self.parse_as(self.name.to_owned(), text)
    }

    fn parse_as<T: DeserializeOwned>(self, file: String, text: &str) -> Result<T, TomlFileError> {
        toml::from_str(text).map_err(|source| {
            let source = RedactedError::new(&source);
            TomlFileError::Invalid { file, keys: self.keys, source }
        })
    }
}
