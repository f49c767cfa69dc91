//! A user at a terminal.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_link::key_file;
use serde_json::Value;
use solana_sdk::signature::Keypair;
use tokio::process::Command;

/// One of our commands in a directory of the test's own, whatever settings the user has.
pub fn command(program: &Path, directory: &Path, url: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("LATCHKEY_URL", url)
        .env("XDG_CONFIG_HOME", directory)
        .env_remove("LATCHKEY_KEYPAIR")
        .env_remove("LATCHKEY_CONFIG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// A user at a terminal.
pub struct Terminal {
    pub latchkey: PathBuf,
    pub place: PathBuf,
    pub url: String,
}

impl Terminal {
    async fn run(&self, words: &[&str]) -> Result<Output> {
        Ok(command(&self.latchkey, &self.place, &self.url).args(words).output().await?)
    }

    /// Types a command that must be done, and returns the object it prints.
    pub async fn types(&self, words: &[&str]) -> Result<Value> {
        let output = self.run(&[words, &["--json", "--yes"]].concat()).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "latchkey {}: {}\n{said}", words.join(" "), output.status);
        let printed = String::from_utf8(output.stdout)?;
        let last = printed.lines().last().context("it prints nothing")?;
        serde_json::from_str(last).with_context(|| format!("latchkey {}: {printed}", words.join(" ")))
    }

    /// Types a command that must fail, and returns its exit code and what it says.
    pub async fn fails(&self, words: &[&str]) -> Result<(Option<i32>, String)> {
        let output = self.run(&[words, &["--yes"]].concat()).await?;
        ensure!(!output.status.success(), "latchkey {} was done", words.join(" "));
        Ok((output.status.code(), String::from_utf8(output.stderr)?))
    }

    /// Types a command that a rule must refuse.
    pub async fn refuses(&self, words: &[&str], rule: &str) -> Result<()> {
        let (code, said) = self.fails(&[words, &["--json"]].concat()).await?;
        let said: Value = serde_json::from_str(&said)?;
        ensure!(code == Some(1) && said["rule"] == rule, "latchkey {}: {said}", words.join(" "));
        Ok(())
    }

    /// Makes a key with the tool itself, and returns its address.
    pub async fn keygen(&self, file: &str) -> Result<String> {
        let made = self.types(&["keygen", "--out", file]).await?;
        made["address"].as_str().map(str::to_owned).context("keygen prints an address")
    }

    /// Writes a key that exists already.
    pub fn keep(&self, file: &str, key: &Keypair) -> Result<()> {
        Ok(key_file::write(&self.place.join(file), &SigningKey::from_bytes(key.secret_bytes()))?)
    }
}
