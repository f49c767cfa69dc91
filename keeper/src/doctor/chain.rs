//! The nodes: each reachable, of one cluster, with the program on it, and with the same time.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anchor_lang::prelude::Pubkey;
use latchkey_link::redacted::{RedactedError, hosts_only};
use serde_json::{Value, json};
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::Response;
use solana_sdk::clock::Clock;
use tokio::time::timeout;

use super::Findings;
use super::keys::Keys;
use crate::config::Config;
use crate::ingest::{Socket, SocketSaid};
use crate::nodes::{CallError, Limits, Method, Network, Node, Nodes, Transport};

/// Limits of one question.
const LIMITS: Limits = Limits { time: Duration::from_secs(6), bytes: 1 << 20 };
/// How long a websocket may take until it tells of a slot.
const FIRST_SLOT: Duration = Duration::from_secs(6);
/// How many slots a node may be behind the first one. A keeper judges locks by what is at most 16 behind.
const MOST_BEHIND: u64 = 16;
/// How much the chain's time may differ from this machine's, seconds: the chain's own drifts by some seconds.
const MOST_SKEW: i64 = 30;
const CLOCK: &str = "SysvarC1ock11111111111111111111111111111111";

/// The chain, as far as it answered.
pub(super) struct Chain {
    pub nodes: Arc<Nodes>,
    /// The keeper's lamports.
    pub balance: u64,
}

/// What one node says of itself.
struct Told {
    name: String,
    genesis: String,
    slot: u64,
    time: Option<i64>,
}

pub(super) async fn examine(config: &Config, keys: &Keys, findings: &mut Findings) -> Option<Chain> {
    let network = match Network::new() {
        Ok(network) => Arc::new(network),
        Err(error) => {
            let said = RedactedError::new(&error);
            findings.fault("rpc", "", said, "check the certificates that this system trusts");
            return None;
        }
    };
    let chain = &config.chain;
    let transport = Arc::clone(&network) as Arc<dyn Transport>;
    let nodes = Arc::new(Nodes::new(chain.rpc_url.each(), chain.max_body_bytes, transport));
    let mut told = Vec::new();
    for node in nodes.each() {
        match ask(node).await {
            Ok(said) => told.push(said),
            Err(error) => {
                let remedy = "check chain.rpc_url, the provider's key in it, and your plan's limits";
                findings.fault("rpc", node.name(), RedactedError::new(&error), remedy);
            }
        }
    }
    compare(&told, findings);
    if told.len() == 1 && nodes.each().len() == 1 {
        let remedy = "name a second node of another provider in chain.rpc_url";
        findings.warning("rpc", "", "there is one node: without it the keeper stands still", remedy);
    }
    for url in chain.websocket_url.each() {
        websocket(&*network, url, findings).await;
    }
    if told.is_empty() {
        return None;
    }
    program(&nodes, findings).await;
    let balance = balances(&nodes, config, keys, findings).await?;
    Some(Chain { nodes, balance })
}

async fn ask(node: &Node) -> Result<Told, CallError> {
    let genesis = node.call(Method::GetGenesisHash, json!([]), LIMITS).await?;
    let slot = node.call(Method::GetSlot, json!([{ "commitment": "processed" }]), LIMITS).await?;
    let params = json!([CLOCK, { "encoding": "base64", "commitment": "processed" }]);
    let clock: Response<Option<UiAccount>> = node.call(Method::GetAccountInfo, params, LIMITS).await?;
    let time = clock.value.and_then(|clock| unix_timestamp(&clock.data.decode()?));
    Ok(Told { name: node.name().to_owned(), genesis, slot, time })
}

/// The time in the Clock sysvar's bytes.
fn unix_timestamp(clock: &[u8]) -> Option<i64> {
    bincode::deserialize::<Clock>(clock).ok().map(|clock| clock.unix_timestamp)
}

/// Compares the nodes with one another and with this machine.
fn compare(told: &[Told], findings: &mut Findings) {
    let Some(newest) = told.iter().map(|told| told.slot).max() else { return };
    let here = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let here = i64::try_from(here).unwrap_or(i64::MAX);
    for Told { name, genesis, slot, time } in told {
        let behind = newest - slot;
        if *genesis != told[0].genesis {
            let remedy = "name nodes of one cluster in chain.rpc_url";
            findings.fault("rpc", name, format_args!("its genesis is {genesis}, another cluster's"), remedy);
        } else if behind > MOST_BEHIND {
            let remedy = "replace the node, or wait until it has caught up";
            findings.warning("rpc", name, format_args!("it is {behind} slots behind the first"), remedy);
        } else {
            let said = format_args!("slot {slot}, {behind} behind the first, genesis {genesis}").to_string();
            findings.ok("rpc", name, said);
        }
        match time.map(|time| (time, here - time)) {
            None => {
                findings.fault("clock", name, "it does not tell the chain's time", "replace the node");
            }
            Some((_, skew)) if skew.abs() > MOST_SKEW => {
                let remedy =
                    "set this machine's clock by NTP; if it is right, the node or the cluster is late";
                let said = format!("the chain's time differs from this machine's by {skew} s");
                findings.warning("clock", name, said, remedy);
            }
            Some((time, skew)) => {
                findings.ok("clock", name, format_args!("{time}, {skew} s behind this machine"));
            }
        }
    }
}

async fn websocket(transport: &dyn Transport, url: &str, findings: &mut Findings) {
    let name = hosts_only(url);
    let remedy = "check chain.websocket_url: it is often another address than the node's RPC";
    let slot = async {
        let mut socket = Socket::connect(transport, url).await?;
        socket.request("slotSubscribe", &json!([])).await?;
        loop {
            if let SocketSaid::Notification { result, .. } = socket.next().await? {
                return Ok::<_, crate::ingest::SocketError>(result["slot"].as_u64().unwrap_or(0));
            }
        }
    };
    match timeout(FIRST_SLOT, slot).await {
        Ok(Ok(slot)) => findings.ok("websocket", name, format_args!("it tells slots, now {slot}")),
        Ok(Err(error)) => findings.fault("websocket", name, RedactedError::new(&error), remedy),
        Err(_) => {
            let said = format!("it told no slot within {} s", FIRST_SLOT.as_secs());
            findings.fault("websocket", name, said, remedy);
        }
    }
}

async fn program(nodes: &Nodes, findings: &mut Findings) {
    let id = latchkey::ID;
    let slice = json!({ "encoding": "base64", "dataSlice": { "offset": 0, "length": 0 } });
    let found = nodes.ask::<Value>(Method::GetAccountInfo, json!([id.to_string(), slice])).await;
    let remedy = "check that chain.rpc_url is of the cluster that the program is on, or deploy it";
    match found {
        Err(error) => findings.fault("program", id, RedactedError::new(&error), remedy),
        Ok((answer, _)) if answer["value"].is_null() => {
            findings.fault("program", id, "there is no such account on this cluster", remedy);
        }
        Ok((answer, _)) if answer["value"]["executable"] != json!(true) => {
            findings.fault("program", id, "the account is no program", remedy);
        }
        Ok(_) => findings.ok("program", id, "it is there"),
    }
}

/// The lamports of the keeper's accounts.
async fn balances(nodes: &Nodes, config: &Config, keys: &Keys, findings: &mut Findings) -> Option<u64> {
    let keeper = keys.keeper?;
    let accounts: Vec<Pubkey> = std::iter::once(keeper).chain(keys.payers.iter().copied()).collect();
    let addresses: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    let slice = json!({ "encoding": "base64", "dataSlice": { "offset": 0, "length": 0 } });
    let answer = nodes.ask::<Value>(Method::GetMultipleAccounts, json!([addresses, slice])).await;
    let lamports: Vec<u64> = match &answer {
        Ok((answer, _)) => {
            let each = answer["value"].as_array()?.iter();
            each.map(|account| account["lamports"].as_u64().unwrap_or(0)).collect()
        }
        Err(error) => {
            findings.fault("balance", "", RedactedError::new(error), "check chain.rpc_url");
            return None;
        }
    };
    let limit = config.chain.max_outlay_lamports;
    for (address, lamports) in accounts.iter().zip(&lamports) {
        let remedy = "send it SOL: it pays fees, rent and bonds from this account";
        if *lamports == 0 {
            findings.fault("balance", address, "it holds nothing", remedy);
        } else if *address == keeper && *lamports < limit {
            let said = format!("{lamports} lamports, less than one transaction may cost ({limit})");
            findings.warning("balance", address, said, remedy);
        } else {
            findings.ok("balance", address, format_args!("{lamports} lamports"));
        }
    }
    lamports.first().copied()
}
