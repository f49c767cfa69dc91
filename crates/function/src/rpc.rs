//! The chain through RPC nodes: one method, several nodes, bounded time.

use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_link::http::client;
use latchkey_link::http::json_rpc::{CallError, NoResult, call};
use latchkey_link::http::reqwest::{Client, Url};
use latchkey_link::redacted::{RedactedError, hosts_only};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::chain::{ChainAccount, ChainReader, ReadError};

/// The longest answer that is read, bytes: a handful of small accounts.
const LONGEST: usize = 1024 * 1024;
/// JSON-RPC's code for a node that has not reached the slot.
const MIN_CONTEXT_SLOT_NOT_REACHED: i64 = -32_016;

/// Which nodes are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RpcChainConfig {
    /// RPC addresses. The first is asked first, the next when it fails or lags.
    pub rpc_urls: Vec<String>,
    /// How long a node may take, milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
}

const fn timeout_ms() -> u64 {
    2_000
}

/// Why the chain cannot be read as configured.
#[derive(Debug, thiserror::Error)]
pub enum RpcChainError {
    #[error("chain.rpc_urls names no node: name at least one")]
    NoNode,
    #[error("an address in chain.rpc_urls does not start with http:// or https://")]
    NotAUrl,
    #[error("the HTTP client for the nodes cannot be set up")]
    Client(#[source] RedactedError),
}

/// Why one node did not answer.
#[derive(Debug, thiserror::Error)]
enum NodeError {
    #[error("the node brought no result")]
    Call(#[source] CallError),
    #[error("the node answered something else than accounts")]
    Malformed,
    #[error("the node has not reached the slot")]
    Behind,
}

impl From<CallError> for NodeError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NoResult(NoResult::Refused { code: MIN_CONTEXT_SLOT_NOT_REACHED, .. }) => Self::Behind,
            error => Self::Call(error),
        }
    }
}

/// RPC nodes as a chain. Each is asked at its own address: no redirect leads elsewhere.
pub struct RpcChain {
    client: Client,
    nodes: Vec<String>,
}

impl RpcChain {
    /// As configured. Nothing is sent yet.
    pub fn new(config: &RpcChainConfig) -> Result<Self, RpcChainError> {
        let nodes = config.rpc_urls.clone();
        if nodes.is_empty() {
            return Err(RpcChainError::NoNode);
        }
        let is_url =
            |text: &String| Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
        if !nodes.iter().all(is_url) {
            return Err(RpcChainError::NotAUrl);
        }
        let client = client().timeout(Duration::from_millis(config.timeout_ms)).build();
        Ok(Self { client: client.map_err(|error| RpcChainError::Client(RedactedError::new(&error)))?, nodes })
    }

    async fn ask(
        &self,
        node: &str,
        addresses: &[Pubkey],
        slot: Option<u64>,
    ) -> Result<Vec<Option<ChainAccount>>, NodeError> {
        let named: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let mut config = json!({ "encoding": "base64", "commitment": "confirmed" });
        if let Some(slot) = slot {
            config["minContextSlot"] = slot.into();
        }
        let params = json!([named, config]);
        let read: Value = call(&self.client, node, "getMultipleAccounts", &params, LONGEST).await?;
        // A node that ignores the slot is checked all the same.
        let context = read["context"]["slot"].as_u64().ok_or(NodeError::Malformed)?;
        if slot.is_some_and(|slot| context < slot) {
            return Err(NodeError::Behind);
        }
        let accounts = read["value"].as_array().ok_or(NodeError::Malformed)?;
        if accounts.len() != addresses.len() {
            return Err(NodeError::Malformed);
        }
        accounts.iter().map(account).collect::<Option<_>>().ok_or(NodeError::Malformed)
    }

    async fn ask_all(
        &self,
        addresses: &[Pubkey],
        slot: Option<u64>,
    ) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let mut worst = None;
        for node in &self.nodes {
            match self.ask(node, addresses, slot).await {
                Ok(accounts) => return Ok(accounts),
                Err(error) => {
                    tracing::warn!(
                        node = hosts_only(node),
                        error = &error as &dyn std::error::Error,
                        "a node did not answer"
                    );
                    // That a node lags says more than that another is away.
                    if !matches!(worst, Some(NodeError::Behind)) {
                        worst = Some(error);
                    }
                }
            }
        }
        Err(match (worst, slot) {
            (Some(NodeError::Behind), Some(slot)) => ReadError::Behind(slot),
            (Some(error), _) => ReadError::new(error),
            (None, _) => ReadError::new("no node"),
        })
    }
}

/// An account, or that there is none; `None` if this is neither.
#[expect(clippy::option_option, reason = "null is an answer")]
fn account(value: &Value) -> Option<Option<ChainAccount>> {
    if value.is_null() {
        return Some(None);
    }
    let owner = value["owner"].as_str()?.parse().ok()?;
    let data = STANDARD.decode(value["data"][0].as_str()?).ok()?;
    Some(Some(ChainAccount { owner, data }))
}

#[async_trait]
impl ChainReader for RpcChain {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        self.ask_all(addresses, None).await
    }

    async fn read_since(
        &self,
        addresses: &[Pubkey],
        slot: u64,
    ) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        self.ask_all(addresses, Some(slot)).await
    }
}
