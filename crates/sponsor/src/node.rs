//! The chain through RPC nodes, as much of it as a sponsor asks.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_link::http::client;
use latchkey_link::http::json_rpc::{CallError, call};
use latchkey_link::http::reqwest::{Client, Url};
use latchkey_link::redacted::{RedactedError, hosts_only};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use solana_sdk::hash::Hash;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;

/// The longest answer that is read, bytes: a handful of small accounts, and a transaction's logs.
const LONGEST: usize = 1024 * 1024;
/// How long a node may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The most signatures that a node is asked about at once.
const MOST_STATUSES: usize = 256;

/// Why nodes cannot be asked as configured.
#[derive(Debug, thiserror::Error)]
pub enum NodesError {
    #[error("rpc_urls names no node: name at least one")]
    NoNode,
    #[error("an address in rpc_urls does not start with http:// or https://")]
    NotAUrl,
    #[error("the HTTP client for the nodes cannot be set up")]
    Client(#[source] RedactedError),
}

/// Why no node answered.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    #[error("no node brought a result")]
    Call(#[source] CallError),
    #[error("a node answered something else than was asked")]
    Malformed,
}

/// An account on the chain.
#[derive(Clone, Debug)]
pub struct Account {
    pub owner: Pubkey,
    pub lamports: u64,
    pub data: Vec<u8>,
}

/// How a node foresees a transaction.
#[derive(Debug)]
pub struct Simulated {
    /// Why it would fail.
    pub error: Option<Value>,
    /// What the fee payer holds afterwards, if the node says so.
    pub left: Option<u64>,
}

/// RPC nodes, asked one after the other until one answers.
pub struct Nodes {
    client: Client,
    urls: Vec<String>,
}

impl Nodes {
    /// At these addresses. Nothing is sent yet.
    pub fn new(urls: &[String]) -> Result<Self, NodesError> {
        if urls.is_empty() {
            return Err(NodesError::NoNode);
        }
        let is_url =
            |text: &String| Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
        if !urls.iter().all(is_url) {
            return Err(NodesError::NotAUrl);
        }
        let client = client().timeout(PATIENCE).build();
        let client = client.map_err(|error| NodesError::Client(RedactedError::new(&error)))?;
        Ok(Self { client, urls: urls.to_vec() })
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, params: &Value) -> Result<T, NodeError> {
        let mut last = NodeError::Malformed;
        for url in &self.urls {
            match call(&self.client, url, method, params, LONGEST).await {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    let node = hosts_only(url);
                    tracing::warn!(
                        node,
                        method,
                        error = &error as &dyn std::error::Error,
                        "a node did not answer"
                    );
                    last = NodeError::Call(error);
                }
            }
        }
        Err(last)
    }

    /// Accounts as of one slot; `None` where there is none.
    pub async fn accounts<const N: usize>(
        &self,
        addresses: [Pubkey; N],
    ) -> Result<[Option<Account>; N], NodeError> {
        let named = addresses.map(|address| address.to_string());
        let params = json!([&named[..], { "encoding": "base64", "commitment": "confirmed" }]);
        let read: Value = self.ask("getMultipleAccounts", &params).await?;
        let found = read["value"].as_array().ok_or(NodeError::Malformed)?;
        let accounts: Option<Vec<_>> = found.iter().map(account).collect();
        accounts.and_then(|accounts| accounts.try_into().ok()).ok_or(NodeError::Malformed)
    }

    /// The deposit of an account of so many bytes, lamports.
    pub async fn deposit(&self, bytes: usize) -> Result<u64, NodeError> {
        self.ask("getMinimumBalanceForRentExemption", &json!([bytes])).await
    }

    /// The newest blockhash.
    pub async fn blockhash(&self) -> Result<Hash, NodeError> {
        let read: Value = self.ask("getLatestBlockhash", &json!([{ "commitment": "confirmed" }])).await?;
        let text = read["value"]["blockhash"].as_str().ok_or(NodeError::Malformed)?;
        text.parse().map_err(|_| NodeError::Malformed)
    }

    /// Tries a transaction out, whether or not it is signed.
    pub async fn simulate(&self, wire: &[u8], payer: &Pubkey) -> Result<Simulated, NodeError> {
        let config = json!({
            "encoding": "base64",
            "commitment": "confirmed",
            "sigVerify": false,
            // The node may not know the newest blockhash yet.
            "replaceRecentBlockhash": true,
            "accounts": { "encoding": "base64", "addresses": [payer.to_string()] },
        });
        let read: Value = self.ask("simulateTransaction", &json!([STANDARD.encode(wire), config])).await?;
        let value = &read["value"];
        let error = value.get("err").ok_or(NodeError::Malformed)?;
        Ok(Simulated {
            error: (!error.is_null()).then(|| error.clone()),
            left: value["accounts"][0]["lamports"].as_u64(),
        })
    }

    /// Sends a signed transaction.
    pub async fn send(&self, wire: &[u8]) -> Result<(), NodeError> {
        let config = json!({ "encoding": "base64", "skipPreflight": true });
        self.ask::<Value>("sendTransaction", &json!([STANDARD.encode(wire), config])).await.map(drop)
    }

    /// Whether each of these has landed.
    pub async fn landed(&self, signatures: &[Signature]) -> Result<Vec<bool>, NodeError> {
        let mut landed = Vec::new();
        for part in signatures.chunks(MOST_STATUSES) {
            let named: Vec<String> = part.iter().map(ToString::to_string).collect();
            let read: Value = self.ask("getSignatureStatuses", &json!([named])).await?;
            let found = read["value"].as_array().filter(|found| found.len() == part.len());
            landed.extend(found.ok_or(NodeError::Malformed)?.iter().map(|status| !status.is_null()));
        }
        Ok(landed)
    }
}

/// An account, or that there is none; `None` if this is neither.
#[expect(clippy::option_option, reason = "null is an answer")]
fn account(value: &Value) -> Option<Option<Account>> {
    if value.is_null() {
        return Some(None);
    }
    let owner = value["owner"].as_str()?.parse().ok()?;
    let data = STANDARD.decode(value["data"][0].as_str()?).ok()?;
    Some(Some(Account { owner, lamports: value["lamports"].as_u64()?, data }))
}
