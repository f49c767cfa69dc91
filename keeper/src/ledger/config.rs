//! How to reach the cluster.

use serde::{Deserialize, Serialize};

/// One address or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Addresses {
    One(String),
    Several(Vec<String>),
}

impl Addresses {
    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(address) => std::slice::from_ref(address),
            Self::Several(addresses) => addresses,
        }
        .iter()
        .map(String::as_str)
    }
}

/// When a transaction is sent that the program refuses before some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// When the chain's clock has reached the time.
    #[default]
    Thrifty,
    /// A little before, so that it executes in the very first block whose clock has reached the time. Up to two attempts
    /// that come too early cost their fee.
    Eager,
}

/// Whom a transaction is handed to first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendTo {
    /// Every node, which forwards it to the leader.
    #[default]
    Nodes,
    /// The validators that make this block and the next ones, over QUIC. The nodes get it as well when no leader takes it,
    /// and when it is sent again.
    Leaders,
}

/// The nodes, and what the keeper spends on its transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// The nodes' RPC addresses: one, or a list. What one does not answer, another is asked; transactions go to all.
    #[serde(alias = "rpc_urls")]
    pub rpc_url: Addresses,
    /// The nodes' websocket addresses: one, or a list. All are listened to, and the first to tell counts. They are not
    /// derived from `rpc_url`, because providers differ.
    #[serde(alias = "websocket_urls")]
    pub websocket_url: Addresses,
    /// Pause between snapshots, seconds.
    #[serde(default = "defaults::resync_secs")]
    pub resync_secs: u64,
    /// Give a websocket up that has been silent for this long, seconds.
    #[serde(default = "defaults::stall_secs")]
    pub stall_secs: u64,
    /// The longest list of accounts that is read, bytes.
    #[serde(default = "defaults::max_body_bytes")]
    pub max_body_bytes: usize,
    /// When a transaction that must not come early is sent.
    #[serde(default)]
    pub timing: Timing,
    /// Whom a transaction is handed to first.
    #[serde(default)]
    pub send_to: SendTo,
    /// Transactions that may be under way at once; the rest wait, the most urgent first.
    #[serde(default = "defaults::max_in_flight")]
    pub max_in_flight: usize,
    /// The lowest priority fee, micro-lamports per compute unit.
    #[serde(default)]
    pub priority_micro_lamports: u64,
    /// The highest priority fee, micro-lamports per compute unit.
    #[serde(default = "defaults::max_priority_micro_lamports")]
    pub max_priority_micro_lamports: u64,
    /// The percentile of the priority fees recently paid on the cluster that is paid, between the two above.
    #[serde(default = "defaults::priority_percentile")]
    pub priority_percentile: u8,
    /// The most one transaction may cost the keeper (bond, rent and fees), lamports. A transaction that would cost more
    /// is not sent.
    #[serde(default = "defaults::max_outlay_lamports")]
    pub max_outlay_lamports: u64,
}

impl ChainConfig {
    /// The defaults, for one node.
    pub fn of(rpc_url: &str, websocket_url: &str) -> Self {
        Self {
            rpc_url: Addresses::One(rpc_url.to_owned()),
            websocket_url: Addresses::One(websocket_url.to_owned()),
            resync_secs: defaults::resync_secs(),
            stall_secs: defaults::stall_secs(),
            max_body_bytes: defaults::max_body_bytes(),
            timing: Timing::default(),
            send_to: SendTo::default(),
            max_in_flight: defaults::max_in_flight(),
            priority_micro_lamports: 0,
            max_priority_micro_lamports: defaults::max_priority_micro_lamports(),
            priority_percentile: defaults::priority_percentile(),
            max_outlay_lamports: defaults::max_outlay_lamports(),
        }
    }
}

mod defaults {
    pub(super) const fn resync_secs() -> u64 {
        60
    }

    pub(super) const fn stall_secs() -> u64 {
        5
    }

    pub(super) const fn max_body_bytes() -> usize {
        256 << 20
    }

    pub(super) const fn max_in_flight() -> usize {
        512
    }

    pub(super) const fn max_priority_micro_lamports() -> u64 {
        200_000
    }

    pub(super) const fn priority_percentile() -> u8 {
        75
    }

    pub(super) const fn max_outlay_lamports() -> u64 {
        100_000_000
    }
}
