//! Sending a transaction until it is confirmed or can no longer land.

mod budget;
mod error;

use std::time::Duration;

use latchkey_client::{Instruction, Pubkey};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig};
use solana_sdk::message::Message;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::Transaction;
use tokio::time::{Instant, sleep};

use crate::chain::Cluster;
use budget::{ComputeBudget, MAX_UNITS};

pub use budget::fits;
pub use error::SendError;

/// Pause between two queries for the signature's status.
const POLL: Duration = Duration::from_millis(400);
/// Pause before the same bytes are sent again.
const RESEND: Duration = Duration::from_secs(2);
/// How long a node may fail to answer before the transaction's outcome is reported as unknown.
const MAX_SILENCE: Duration = Duration::from_mins(2);
/// Compute units allowed beyond what the simulation used, in addition to a tenth of that.
const SPARE_UNITS: u64 = 1_000;
/// How many blocks after its blockhash a transaction can land.
const LIFETIME_BLOCKS: u64 = 150;

/// A transaction that is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    pub signature: Signature,
    pub slot: u64,
}

/// An unsigned transaction.
#[derive(Clone, Debug)]
pub struct Draft {
    pub transaction: Transaction,
    /// The last block height at which it can land.
    pub last_valid: u64,
}

/// Writes a transaction. It is simulated first, so that what the program would refuse is never sent. The priority fee is
/// in micro-lamports per compute unit.
pub async fn draft(
    cluster: &Cluster,
    instructions: &[Instruction],
    payer: &Pubkey,
    priority_fee: Option<u64>,
) -> Result<Draft, SendError> {
    let budget = ComputeBudget { units: MAX_UNITS, micro_lamports_per_unit: priority_fee };
    let unsigned = Transaction::new_unsigned(Message::new(&budget.in_front_of(instructions), Some(payer)));
    let budget = ComputeBudget { units: simulate(cluster, &unsigned, payer).await?, ..budget };
    let latest = cluster.rpc.get_latest_blockhash_with_commitment(CommitmentConfig::confirmed()).await;
    let (blockhash, last_valid) = latest.map_err(|source| cluster.unreachable(&source))?;
    let mut message = Message::new(&budget.in_front_of(instructions), Some(payer));
    message.recent_blockhash = blockhash;
    Ok(Draft { transaction: Transaction::new_unsigned(message), last_valid })
}

/// The last block height at which a transaction that somebody else drafted may land. Its true limit may be earlier.
pub async fn last_valid(cluster: &Cluster) -> Result<u64, SendError> {
    let height = cluster.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
    Ok(height.map_err(|source| cluster.unreachable(&source))? + LIFETIME_BLOCKS)
}

/// Whether a transaction that somebody else drafted can still land.
pub async fn can_land(cluster: &Cluster, transaction: &Transaction) -> Result<bool, SendError> {
    let blockhash = &transaction.message.recent_blockhash;
    let valid = cluster.rpc.is_blockhash_valid(blockhash, CommitmentConfig::confirmed()).await;
    Ok(valid.map_err(|source| cluster.unreachable(&source))?)
}

/// Simulates a transaction on the node. Returns the compute units it should be allowed.
pub async fn simulate(
    cluster: &Cluster,
    transaction: &Transaction,
    payer: &Pubkey,
) -> Result<u32, SendError> {
    let config = RpcSimulateTransactionConfig {
        sig_verify: false,
        // A node behind a load balancer may not know the newest blockhash.
        replace_recent_blockhash: true,
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcSimulateTransactionConfig::default()
    };
    let simulated = cluster.rpc.simulate_transaction_with_config(transaction, config).await;
    let simulated = simulated.map_err(|source| cluster.unreachable(&source))?.value;
    if let Some(error) = simulated.err {
        let logs = simulated.logs.unwrap_or_default();
        return Err(SendError::explain(transaction, error.into(), payer, &logs));
    }
    let used = simulated.units_consumed.unwrap_or(u64::from(MAX_UNITS));
    let units = used.saturating_add(used / 10).saturating_add(SPARE_UNITS);
    Ok(u32::try_from(units).unwrap_or(MAX_UNITS).min(MAX_UNITS))
}

/// Sends a signed transaction until it is confirmed or can no longer land.
pub async fn land(
    cluster: &Cluster,
    transaction: &Transaction,
    last_valid: u64,
) -> Result<Landed, SendError> {
    let config = RpcSendTransactionConfig {
        skip_preflight: true,
        max_retries: Some(0),
        ..RpcSendTransactionConfig::default()
    };
    let signature = transaction.signatures[0];
    let mut send_at = Instant::now();
    let mut answered = Instant::now();
    loop {
        if Instant::now() >= send_at {
            send_at = Instant::now() + RESEND;
            // A failed request says nothing about whether the transaction landed; its status does.
            let _ = cluster.rpc.send_transaction_with_config(transaction, config).await;
        }
        if let Some(landed) = status(cluster, transaction, History::Recent).await {
            return landed;
        }
        let height = cluster.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
        if height.is_ok() {
            answered = Instant::now();
        } else if answered.elapsed() > MAX_SILENCE {
            return Err(SendError::Unknown(signature));
        }
        if height.is_ok_and(|height| height > last_valid) {
            // No copy can land any more. One last query finds out whether one did.
            if let Some(landed) = status(cluster, transaction, History::Full).await {
                return landed;
            }
        }
        sleep(POLL).await;
    }
}

/// The outcome of a transaction that was sent before. None if it did not land.
pub async fn landed_before(
    cluster: &Cluster,
    transaction: &Transaction,
) -> Option<Result<Landed, SendError>> {
    let landed = status(cluster, transaction, History::Full).await?;
    if matches!(landed, Err(SendError::Expired)) { None } else { Some(landed) }
}

/// How far back a node looks for a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
enum History {
    Recent,
    /// A signature that the node does not find has not landed: the transaction counts as expired.
    Full,
}

/// The outcome of a transaction. None while it is open.
async fn status(
    cluster: &Cluster,
    transaction: &Transaction,
    history: History,
) -> Option<Result<Landed, SendError>> {
    let signature = transaction.signatures[0];
    let statuses = match history {
        History::Recent => cluster.rpc.get_signature_statuses(&[signature]).await,
        History::Full => cluster.rpc.get_signature_statuses_with_history(&[signature]).await,
    };
    match statuses.ok()?.value.into_iter().next().flatten() {
        Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {
            Some(match status.status {
                Ok(()) => Ok(Landed { signature, slot: status.slot }),
                Err(error) => {
                    Err(SendError::explain(transaction, error, &transaction.message.account_keys[0], &[]))
                }
            })
        }
        // In a block that is not confirmed yet.
        Some(_) => None,
        None => (history == History::Full).then_some(Err(SendError::Expired)),
    }
}
