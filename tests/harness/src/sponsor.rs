//! `latchkey-sponsor` as a process of its own: it pays the fees of borrowers without SOL.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_link::{http::client, key_file};
use solana_sdk::signature::Keypair;
use tokio::time::sleep;

use crate::{
    localnet::binary,
    process::{Process, Spec, free_port},
};

/// How long a start may take.
const START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
const NAME: &str = "latchkey-sponsor";

/// A running sponsor. It is killed when this is dropped.
#[derive(Debug)]
pub struct SponsorProcess {
    process: Process,
    address: String,
}

impl SponsorProcess {
    /// Starts one in `directory` that pays with `key` for borrowers of `lender`, and waits until it answers.
    pub async fn start(directory: &Path, rpc_url: &str, lender: &Pubkey, key: &Keypair) -> Result<Self> {
        key_file::write(&directory.join("sponsor.json"), &SigningKey::from_bytes(key.secret_bytes()))?;
        let config = directory.join("sponsor.toml");
        fs::write(&config, configuration(rpc_url, lender))?;
        let port = free_port()?;
        let process = Spec::new(NAME, binary(NAME)?, directory)
            .arg("--config")
            .arg(&config)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .start()?;
        let mut sponsor = Self { process, address: format!("http://127.0.0.1:{port}") };
        sponsor.ready().await?;
        Ok(sponsor)
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    async fn ready(&mut self) -> Result<()> {
        let client = client().timeout(Duration::from_secs(5)).build()?;
        let deadline = Instant::now() + START;
        let asked = format!("{}/liveness", self.address);
        while !client.get(&asked).send().await.is_ok_and(|answer| answer.status().is_success()) {
            self.process.check(deadline, "never answered")?;
            sleep(LOOK).await;
        }
        Ok(())
    }
}

/// People who play the borrower pay more often than borrowers do.
fn configuration(rpc_url: &str, lender: &Pubkey) -> String {
    format!(
        r#"key = "sponsor.json"
rpc_urls = ["{rpc_url}"]
lenders = ["{lender}"]

[limits]
loan_hour = 1000
loan_day = 1000
"#
    )
}
