//! Bringing a transaction to its fate: the same bytes go out again until they are confirmed or can no longer be.

use std::time::Duration;

use latchkey_client::errors::Refusal;
use latchkey_client::{Instruction, PROGRAM_ID, Pubkey};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::InstructionError;
use solana_sdk::message::Message;
use solana_sdk::pubkey;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};
use tokio::time::{Instant, sleep};

use crate::chain::{ChainError, Cluster};

const COMPUTE_BUDGET_PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
/// Pause between looks at the signature.
const LOOK: Duration = Duration::from_millis(400);
/// Pause between sendings of the same bytes.
const RESEND: Duration = Duration::from_secs(2);
/// A node that answers nothing for so long has fallen silent.
const SILENCE: Duration = Duration::from_mins(2);
/// Units above what the simulation used: a tenth of it, and so many.
const SPARE_UNITS: u64 = 1_000;
const MOST_UNITS: u32 = 1_400_000;
/// Blocks after a blockhash in which its transactions can land.
const LIFE_IN_BLOCKS: u64 = 150;

/// Why a transaction did nothing, or may have done something.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A rule of the contract, or a check of its accounts.
    #[error("instruction {number} was refused")]
    Refused {
        /// Which, from 1, the compute budget's not counted.
        number: usize,
        /// By which rule, and the way out.
        #[source]
        refusal: Refusal,
    },
    /// Another program, or the runtime.
    #[error("the transaction was refused: {error}{said}")]
    Failed {
        /// By the runtime's name.
        error: TransactionError,
        /// The last thing that was logged, if it explains anything.
        said: String,
    },
    /// The payer has nothing.
    #[error("{0} has no lamports to pay the fee: send it some, or name another --payer")]
    NoFunds(Pubkey),
    /// It never landed, and never will.
    #[error(
        "the transaction did not land before its blockhash expired, and never will: try again, perhaps with a higher --priority-fee"
    )]
    Expired,
    /// The node fell silent after the transaction went out.
    #[error(
        "the cluster no longer answers, so it is not known whether {0} landed: look for it before trying again"
    )]
    Unknown(Signature),
    /// The node.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// A transaction that is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// Its signature.
    pub signature: Signature,
    /// The slot that holds it.
    pub slot: u64,
}

/// A transaction to be signed, and until which block height it can land.
#[derive(Clone, Debug)]
pub struct Draft {
    /// It, unsigned.
    pub transaction: Transaction,
    /// The last block height at which it can land.
    pub last_valid: u64,
}

/// Writes the transaction: it is simulated first, so that what the program would refuse is never sent.
pub async fn draft(
    cluster: &Cluster,
    instructions: &[Instruction],
    payer: &Pubkey,
    priority_fee: u64,
) -> Result<Draft, SendError> {
    let attempt = budgeted(instructions, MOST_UNITS, priority_fee);
    let unsigned = Transaction::new_unsigned(Message::new(&attempt, Some(payer)));
    let units = simulate(cluster, &unsigned, payer).await?;
    let latest = cluster.rpc.get_latest_blockhash_with_commitment(CommitmentConfig::confirmed()).await;
    let (blockhash, last_valid) = latest.map_err(|source| cluster.unreachable(source))?;
    let mut message = Message::new(&budgeted(instructions, units, priority_fee), Some(payer));
    message.recent_blockhash = blockhash;
    Ok(Draft { transaction: Transaction::new_unsigned(message), last_valid })
}

/// Until when a transaction that somebody else drafted can land, at the latest.
pub async fn last_valid(cluster: &Cluster) -> Result<u64, SendError> {
    let height = cluster.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
    Ok(height.map_err(|source| cluster.unreachable(source))? + LIFE_IN_BLOCKS)
}

/// Whether a transaction that somebody else drafted can still land.
pub async fn can_land(cluster: &Cluster, transaction: &Transaction) -> Result<bool, SendError> {
    let blockhash = &transaction.message.recent_blockhash;
    let valid = cluster.rpc.is_blockhash_valid(blockhash, CommitmentConfig::confirmed()).await;
    Ok(valid.map_err(|source| cluster.unreachable(source))?)
}

/// Runs a transaction on the node without sending it. Returns the compute units it may use.
pub async fn simulate(
    cluster: &Cluster,
    transaction: &Transaction,
    payer: &Pubkey,
) -> Result<u32, SendError> {
    let config = RpcSimulateTransactionConfig {
        sig_verify: false,
        // A node behind a balancer may not know the newest blockhash.
        replace_recent_blockhash: true,
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcSimulateTransactionConfig::default()
    };
    let simulated = cluster.rpc.simulate_transaction_with_config(transaction, config).await;
    let simulated = simulated.map_err(|source| cluster.unreachable(source))?.value;
    if let Some(error) = simulated.err {
        return Err(refused(transaction, error.into(), payer, simulated.logs.as_deref().unwrap_or_default()));
    }
    let used = simulated.units_consumed.unwrap_or(u64::from(MOST_UNITS));
    let units = used.saturating_add(used / 10).saturating_add(SPARE_UNITS);
    Ok(u32::try_from(units).unwrap_or(MOST_UNITS).min(MOST_UNITS))
}

/// Sends a signed transaction until it is confirmed or can no longer be.
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
            // A node that answers nothing, or an error, has said nothing about whether it landed.
            let _ = cluster.rpc.send_transaction_with_config(transaction, config).await;
        }
        if let Some(landed) = status(cluster, transaction, &signature, false).await {
            return landed;
        }
        let height = cluster.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
        if height.is_ok() {
            answered = Instant::now();
        } else if answered.elapsed() > SILENCE {
            return Err(SendError::Unknown(signature));
        }
        if height.is_ok_and(|height| height > last_valid) {
            // No new copy can land any more; whether one did before is asked once more.
            if let Some(landed) = status(cluster, transaction, &signature, true).await {
                return landed;
            }
        }
        sleep(LOOK).await;
    }
}

/// What became of a transaction that was sent before, if anything did.
pub async fn landed_before(
    cluster: &Cluster,
    transaction: &Transaction,
) -> Option<Result<Landed, SendError>> {
    let landed = status(cluster, transaction, &transaction.signatures[0], true).await?;
    if matches!(landed, Err(SendError::Expired)) { None } else { Some(landed) }
}

/// The fate of a signature, once it is known. With `last`, one that nobody knows will never land.
async fn status(
    cluster: &Cluster,
    transaction: &Transaction,
    signature: &Signature,
    last: bool,
) -> Option<Result<Landed, SendError>> {
    let statuses = if last {
        cluster.rpc.get_signature_statuses_with_history(&[*signature]).await
    } else {
        cluster.rpc.get_signature_statuses(&[*signature]).await
    };
    match statuses.ok()?.value.into_iter().next().flatten() {
        Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {
            Some(match status.status {
                Ok(()) => Ok(Landed { signature: *signature, slot: status.slot }),
                Err(error) => Err(refused(transaction, error, &transaction.message.account_keys[0], &[])),
            })
        }
        // Seen in a block that is not confirmed yet: its fate is open.
        Some(_) => None,
        None => last.then_some(Err(SendError::Expired)),
    }
}

/// An error in the words of whoever refused.
fn refused(transaction: &Transaction, error: TransactionError, payer: &Pubkey, logs: &[String]) -> SendError {
    match error {
        TransactionError::AccountNotFound | TransactionError::InsufficientFundsForFee => {
            SendError::NoFunds(*payer)
        }
        TransactionError::InstructionError(index, InstructionError::Custom(code))
            if is_ours(transaction, index) && code >= 100 =>
        {
            let budget = |index: &usize| program(transaction, *index) == Some(COMPUTE_BUDGET_PROGRAM);
            let before = (0..usize::from(index)).filter(budget).count();
            SendError::Refused { number: usize::from(index) + 1 - before, refusal: Refusal(code) }
        }
        error => SendError::Failed { error, said: last_words(logs) },
    }
}

fn program(transaction: &Transaction, index: usize) -> Option<Pubkey> {
    let message = &transaction.message;
    let instruction = message.instructions.get(index)?;
    message.account_keys.get(usize::from(instruction.program_id_index)).copied()
}

fn is_ours(transaction: &Transaction, index: u8) -> bool {
    program(transaction, usize::from(index)) == Some(PROGRAM_ID)
}

/// The last line a program logged about its failure, such as `insufficient funds`.
fn last_words(logs: &[String]) -> String {
    let words = logs.iter().rev().find_map(|line| {
        line.strip_prefix("Program log: Error: ")
            .or_else(|| line.strip_prefix("Program log: AnchorError "))
            // The system program's.
            .or_else(|| line.starts_with("Transfer: insufficient").then_some(line.as_str()))
            .or_else(|| line.ends_with("already in use").then_some(line.as_str()))
    });
    words.map_or_else(String::new, |words| format!(" ({words})"))
}

/// With the compute limit and price in front.
fn budgeted(instructions: &[Instruction], units: u32, priority_fee: u64) -> Vec<Instruction> {
    let budget = |kind: u8, value: &[u8]| Instruction {
        program_id: COMPUTE_BUDGET_PROGRAM,
        accounts: Vec::new(),
        data: [&[kind], value].concat(),
    };
    let mut budgeted = vec![budget(2, &units.to_le_bytes())];
    if priority_fee > 0 {
        budgeted.push(budget(3, &priority_fee.to_le_bytes()));
    }
    budgeted.extend_from_slice(instructions);
    budgeted
}

/// The bytes a transaction of these instructions would have.
pub fn size(instructions: &[Instruction], payer: &Pubkey) -> usize {
    let mut message = Message::new(&budgeted(instructions, MOST_UNITS, 1), Some(payer));
    message.recent_blockhash = Hash::default();
    let transaction = Transaction::new_unsigned(message);
    bincode::serialized_size(&transaction)
        .ok()
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(usize::MAX)
}

/// The most bytes a transaction may have.
pub const MOST_BYTES: usize = 1_232;

#[cfg(test)]
mod tests {
    use latchkey_client::instructions;
    use latchkey_client::latchkey::errors::LatchkeyError;

    use super::*;

    fn transaction() -> Transaction {
        let pause = instructions::pause(Pubkey::new_unique(), Pubkey::new_unique(), 60);
        Transaction::new_unsigned(Message::new(&budgeted(&[pause], 1, 1), None))
    }

    fn failed(index: u8, code: u32) -> TransactionError {
        TransactionError::InstructionError(index, InstructionError::Custom(code))
    }

    #[test]
    fn a_rule_of_the_contract_is_named_with_the_way_out() {
        let payer = Pubkey::new_unique();
        let refused = refused(&transaction(), failed(2, LatchkeyError::NotServicing.into()), &payer, &[]);
        let SendError::Refused { number: 1, refusal } = refused else { panic!("{refused}") };
        assert!(refusal.to_string().starts_with("NotServicing (6001): Only the lender's"), "{refusal}");
    }

    #[test]
    fn another_programs_refusal_is_told_in_its_own_words() {
        let logs = ["Program log: Error: insufficient funds".to_owned(), "Program x failed".to_owned()];
        let told = refused(&transaction(), failed(2, 1), &Pubkey::new_unique(), &logs).to_string();
        assert!(told.ends_with("(insufficient funds)"), "{told}");
        // A number that is a rule of ours is not, when the compute budget's program returns it.
        let other = refused(&transaction(), failed(0, 6_001), &Pubkey::new_unique(), &[]);
        assert!(matches!(other, SendError::Failed { .. }));
    }

    #[test]
    fn a_payer_without_lamports_is_named() {
        let payer = Pubkey::new_unique();
        let told = refused(&transaction(), TransactionError::AccountNotFound, &payer, &[]).to_string();
        assert!(told.starts_with(&payer.to_string()) && told.contains("--payer"), "{told}");
    }
}
