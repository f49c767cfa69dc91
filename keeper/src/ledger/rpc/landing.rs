//! Bringing one transaction to its fate. One task owns it from the first byte sent to the last look at the chain.
//!
//! The same bytes go out again until they land or no longer can. A node that answers nothing, or an error, has said
//! nothing about whether they landed.

use std::error::Error;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anchor_lang::solana_program::instruction::Instruction;
use latchkey_client::errors::Refusal;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::InstructionError;
use solana_sdk::signature::Signature;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::{Transaction, TransactionError};
use tokio::time::{Instant, sleep};
use tracing::{Instrument as _, debug, info, info_span, warn};

use super::{RpcLedger, read};
use crate::core::{Intent, Update};
use crate::ledger::transaction::{UnsafeTransaction, sign};
use crate::ledger::{Fate, LedgerError};

/// Pause between looks at the signature.
const LOOK: Duration = Duration::from_millis(400);
/// Pause between sendings of the same bytes.
const RESEND: Duration = Duration::from_secs(2);
/// Attempts to read what a landed transaction touched, one [`LOOK`] apart.
const READS: u32 = 20;
/// Units above what the simulation used, in hundredths of it, and outright.
const SPARE_PERCENT: u64 = 10;
const SPARE_UNITS: u64 = 1_000;
const MOST_UNITS: u32 = 1_400_000;
/// Within this many units, each transaction asks for another limit than the ones before it.
const DISTINCT_LIMITS: u32 = 512;

/// Why a transaction was not sent.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error("its receipt does not decode")]
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

pub(super) async fn land(ledger: &RpcLedger, intent: &Intent) -> Fate {
    let span = info_span!("transaction", step = intent.operation.name(), vehicle = %intent.keys.vehicle);
    async {
        let (succeeded, slot) = match send(ledger, intent).await {
            Ok(Ended::Landed { slot, result: Ok(()) }) => (true, slot),
            Ok(Ended::Landed { slot, result: Err(error) }) => {
                warn!(error = %described(&error), "it landed and failed");
                (false, slot)
            }
            Ok(Ended::CannotLand) => {
                warn!("it did not land before its blockhash expired");
                (false, 0)
            }
            Err(reason) => {
                info!(error = &reason as &dyn Error, "not sent");
                (false, 0)
            }
        };
        Fate { succeeded, seen: look(ledger, intent, slot).await }
    }
    .instrument(span)
    .await
}

/// Reads what the transaction touched; a node may lag behind the one that confirmed it.
async fn look(ledger: &RpcLedger, intent: &Intent, slot: u64) -> Option<Update> {
    for _ in 0..READS {
        match read::touched(&ledger.rpc, intent, slot).await {
            Ok(update) => return Some(update),
            Err(error) => debug!(error = &error as &dyn Error, "not read yet"),
        }
        sleep(LOOK).await;
    }
    warn!("what it touched could not be read; the next snapshot will tell");
    None
}

async fn send(ledger: &RpcLedger, intent: &Intent) -> Result<Ended, NotSent> {
    let instructions = intent.instructions()?;
    let units = simulate(ledger, &instructions).await?;
    let (blockhash, last_valid) = ledger
        .rpc
        .get_latest_blockhash_with_commitment(CommitmentConfig::confirmed())
        .await
        .map_err(LedgerError::from)?;
    let transaction = sign(&budgeted(ledger, units, instructions), &ledger.keeper, blockhash)?;
    let signature = transaction.signatures[0];
    info!(%signature, units, "sending");
    Ok(send_until_final(ledger, &transaction, &signature, last_valid).await)
}

/// Runs the transaction on the node without sending it. Returns the compute units it used.
async fn simulate(ledger: &RpcLedger, instructions: &[Instruction]) -> Result<u32, NotSent> {
    let draft = sign(&budgeted(ledger, MOST_UNITS, instructions.to_vec()), &ledger.keeper, Hash::default())?;
    let config = RpcSimulateTransactionConfig {
        sig_verify: false,
        // A node behind a balancer may not know the newest blockhash.
        replace_recent_blockhash: true,
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcSimulateTransactionConfig::default()
    };
    let simulated = ledger.rpc.simulate_transaction_with_config(&draft, config).await;
    let simulated = simulated.map_err(LedgerError::from)?.value;
    if let Some(error) = simulated.err {
        return Err(NotSent::WouldFail(described(&error.into())));
    }
    // The keeper's own key is what an attacker would drain: no transaction may cost more than the operator allows.
    let payer = |balances: &Option<Vec<u64>>| balances.as_ref().and_then(|all| all.first().copied());
    if let (Some(before), Some(after)) = (payer(&simulated.pre_balances), payer(&simulated.post_balances)) {
        let (drop, most) = (before.saturating_sub(after), ledger.config.max_outlay_lamports);
        if drop > most {
            return Err(UnsafeTransaction::TooDear { drop, most }.into());
        }
    }
    let used = simulated.units_consumed.ok_or(LedgerError::Nonsense("a simulation without units"))?;
    let units = used + used * SPARE_PERCENT / 100 + SPARE_UNITS;
    Ok(u32::try_from(units).unwrap_or(MOST_UNITS).min(MOST_UNITS))
}

/// With the compute limit and price in front. The limit varies a little from transaction to transaction: two for the
/// same purpose under one blockhash would else be the same transaction, and the second would be taken for done.
fn budgeted(ledger: &RpcLedger, units: u32, instructions: Vec<Instruction>) -> Vec<Instruction> {
    let number = ledger.sent.fetch_add(1, Ordering::Relaxed);
    let limit = units.saturating_add(number % DISTINCT_LIMITS).min(MOST_UNITS);
    let mut budgeted = vec![compute_budget::limit(limit)];
    let price = ledger.config.priority_micro_lamports;
    if price > 0 {
        budgeted.push(compute_budget::price(price));
    }
    budgeted.extend(instructions);
    budgeted
}

/// The two instructions of the compute budget program that a keeper needs.
mod compute_budget {
    use anchor_lang::prelude::{Pubkey, pubkey};
    use anchor_lang::solana_program::instruction::Instruction;

    const PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");

    pub(super) fn limit(units: u32) -> Instruction {
        instruction(2, &units.to_le_bytes())
    }

    pub(super) fn price(micro_lamports: u64) -> Instruction {
        instruction(3, &micro_lamports.to_le_bytes())
    }

    fn instruction(kind: u8, value: &[u8]) -> Instruction {
        Instruction { program_id: PROGRAM, accounts: Vec::new(), data: [&[kind], value].concat() }
    }
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
                debug!(error = &error as &dyn Error, "the node did not say that it took it");
            }
        }
        if let Some(landed) = status(ledger, signature).await {
            return landed;
        }
        let height = ledger.rpc.get_block_height_with_commitment(CommitmentConfig::confirmed()).await;
        if height.is_ok_and(|height| height > last_valid)
            && let Some(ended) = last_look(ledger, signature).await
        {
            return ended;
        }
        sleep(LOOK).await;
    }
}

/// The fate of a signature that is confirmed.
async fn status(ledger: &RpcLedger, signature: &Signature) -> Option<Ended> {
    let statuses = ledger.rpc.get_signature_statuses(&[*signature]).await.ok()?;
    let status = statuses.value.into_iter().next()??;
    status
        .satisfies_commitment(CommitmentConfig::confirmed())
        .then_some(Ended::Landed { slot: status.slot, result: status.status })
}

/// After the last valid block no new copy can land; whether one did before is asked once more. `None` if the node does
/// not say.
async fn last_look(ledger: &RpcLedger, signature: &Signature) -> Option<Ended> {
    let statuses = ledger.rpc.get_signature_statuses_with_history(&[*signature]).await.ok()?;
    Some(match statuses.value.into_iter().next().flatten() {
        Some(status) if status.satisfies_commitment(CommitmentConfig::confirmed()) => {
            Ended::Landed { slot: status.slot, result: status.status }
        }
        // Seen in a block that is not confirmed yet: its fate is open.
        Some(_) => return None,
        None => Ended::CannotLand,
    })
}

/// An error, by the program's own words where it is one of its refusals.
fn described(error: &TransactionError) -> String {
    match error {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => Refusal(*code).to_string(),
        other => other.to_string(),
    }
}

impl RpcLedger {
    /// The keeper's address.
    pub fn keeper(&self) -> anchor_lang::prelude::Pubkey {
        self.keeper.pubkey()
    }
}
