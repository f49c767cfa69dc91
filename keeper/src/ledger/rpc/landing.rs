//! Lands one transaction. One task owns it, from its simulation until its result is known.
//!
//! The same bytes are sent again until they land or no longer can. If a node answers with an error or not at all, it is
//! unknown whether they landed.

use std::error::Error;
use std::time::Duration;

use latchkey_client::errors::Refusal;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_sdk::clock::Clock;
use solana_sdk::instruction::InstructionError;
use solana_sdk::signature::Signature;
use solana_sdk::sysvar;
use solana_sdk::transaction::{Transaction, TransactionError};
use tokio::time::{Instant, sleep};
use tracing::{Instrument as _, debug, info, info_span, warn};

use super::compute_budget::with_budget;
use super::simulation::simulate;
use super::{RpcLedger, read};
use crate::core::{Intent, Update, Verdict};
use crate::ledger::transaction::{UnsafeTransaction, sign};
use crate::ledger::{Landing, LedgerError};

/// Pause between reads of the signature's status.
const POLL: Duration = Duration::from_millis(400);
/// Pause between sending the same bytes again.
const RESEND: Duration = Duration::from_secs(2);
/// Pause after a node did not answer: the core tries again at once.
const OUTAGE: Duration = Duration::from_secs(2);
/// Attempts to read the accounts that a transaction touched, one [`POLL`] apart.
const READS: u32 = 20;

/// Why a transaction was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotSent {
    #[error("the receipt does not decode")]
    BadReceipt(#[from] latchkey_client::protocol::DecodeError),
    #[error(transparent)]
    Unsafe(#[from] UnsafeTransaction),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the program would refuse it: {0}")]
    WouldFail(String),
}

/// How a sent transaction ended.
enum Ended {
    Landed { slot: u64, result: Result<(), TransactionError> },
    CannotLand,
}

pub(super) async fn land(ledger: &RpcLedger, intent: &Intent) -> Landing {
    let span = info_span!("transaction", step = intent.operation.name(), vehicle = %intent.keys.vehicle);
    async {
        let (verdict, slot) = match send(ledger, intent).await {
            Ok(Ended::Landed { slot, result: Ok(()) }) => (Verdict::Succeeded, slot),
            Ok(Ended::Landed { slot, result: Err(error) }) => {
                warn!(error = %described(&error), "the transaction landed and failed");
                (Verdict::Failed, slot)
            }
            Ok(Ended::CannotLand) => {
                warn!("the transaction did not land before its blockhash expired");
                (Verdict::Expired, 0)
            }
            Err(reason) => {
                info!(error = &reason as &dyn Error, "not sent");
                (verdict_of(&reason), 0)
            }
        };
        if verdict == Verdict::Outage {
            sleep(OUTAGE).await;
        }
        Landing { verdict, touched: read_touched(ledger, intent, slot).await }
    }
    .instrument(span)
    .await
}

/// What a transaction that was not sent tells the core.
const fn verdict_of(reason: &NotSent) -> Verdict {
    match reason {
        NotSent::WouldFail(_) => Verdict::Failed,
        NotSent::BadReceipt(_) | NotSent::Unsafe(_) => Verdict::NotSent,
        NotSent::Ledger(_) => Verdict::Outage,
    }
}

/// Reads the accounts that the transaction touched. A node may lag behind the one that confirmed it.
async fn read_touched(ledger: &RpcLedger, intent: &Intent, slot: u64) -> Option<Update> {
    for _ in 0..READS {
        match read::touched(&ledger.rpc, intent, slot).await {
            Ok(update) => return Some(update),
            Err(error) => debug!(error = &error as &dyn Error, "not read yet"),
        }
        sleep(POLL).await;
    }
    warn!("the accounts that it touched could not be read; the next snapshot brings them");
    None
}

/// Waits until the chain's time has reached `due`.
async fn wait_until(ledger: &RpcLedger, due: i64) -> Result<(), LedgerError> {
    loop {
        let clock = ledger.rpc.get_account(&sysvar::clock::ID).await?;
        let clock: Clock =
            clock.deserialize_data().map_err(|_| LedgerError::Malformed("a clock that does not decode"))?;
        if clock.unix_timestamp >= due {
            return Ok(());
        }
        sleep(POLL).await;
    }
}

async fn send(ledger: &RpcLedger, intent: &Intent) -> Result<Ended, NotSent> {
    if let Some(due) = intent.due {
        wait_until(ledger, due).await?;
    }
    let instructions = intent.instructions()?;
    let units = simulate(ledger, &instructions).await?;
    let (blockhash, last_valid) = ledger
        .rpc
        .get_latest_blockhash_with_commitment(CommitmentConfig::confirmed())
        .await
        .map_err(LedgerError::from)?;
    let transaction = sign(&with_budget(ledger, units, instructions), &ledger.keeper, blockhash)?;
    let signature = transaction.signatures[0];
    info!(%signature, units, "sending");
    Ok(send_until_final(ledger, &transaction, &signature, last_valid).await)
}

/// Sends the same bytes until they are confirmed or can no longer be.
async fn send_until_final(
    ledger: &RpcLedger,
    transaction: &Transaction,
    signature: &Signature,
    last_valid: u64,
) -> Ended {
    let config = RpcSendTransactionConfig {
        skip_preflight: true,
        max_retries: Some(0),
        ..RpcSendTransactionConfig::default()
    };
    let mut send_at = Instant::now();
    loop {
        if Instant::now() >= send_at {
            send_at = Instant::now() + RESEND;
            if let Err(error) = ledger.rpc.send_transaction_with_config(transaction, config).await {
                debug!(error = &error as &dyn Error, "the node did not accept the transaction");
            }
        }
        if let Some(landed) = status(ledger, signature).await {
            return landed;
        }
        let height = ledger.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
        if height.is_ok_and(|height| height > last_valid)
            && let Some(ended) = final_status(ledger, signature).await
        {
            return ended;
        }
        sleep(POLL).await;
    }
}

/// The result of a transaction that is confirmed.
async fn status(ledger: &RpcLedger, signature: &Signature) -> Option<Ended> {
    let statuses = ledger.rpc.get_signature_statuses(&[*signature]).await.ok()?;
    let status = statuses.value.into_iter().next()??;
    status
        .satisfies_commitment(CommitmentConfig::confirmed())
        .then_some(Ended::Landed { slot: status.slot, result: status.status })
}

/// After the last valid block no copy can land any more. Asks once more whether one did before; `None` if the node does
/// not answer.
async fn final_status(ledger: &RpcLedger, signature: &Signature) -> Option<Ended> {
    let statuses = ledger.rpc.get_signature_statuses_with_history(&[*signature]).await.ok()?;
    Some(match statuses.value.into_iter().next().flatten() {
        Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {
            Ended::Landed { slot: status.slot, result: status.status }
        }
        // In a block that is not confirmed yet: the result is open.
        Some(_) => return None,
        None => Ended::CannotLand,
    })
}

/// An error; a refusal by the program in the program's own words.
pub(super) fn described(error: &TransactionError) -> String {
    match error {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => Refusal(*code).to_string(),
        other => other.to_string(),
    }
}
