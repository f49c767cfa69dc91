//! Simulates a transaction before it is sent: what it would cost the keeper, and how much computing it needs.

use anchor_lang::solana_program::instruction::Instruction;
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client_api::config::RpcSimulateTransactionConfig;
use solana_sdk::hash::Hash;

use super::RpcLedger;
use super::compute_budget::{MAX_UNITS, with_budget};
use super::landing::{NotSent, described};
use crate::ledger::LedgerError;
use crate::ledger::transaction::{check_outlay, sign};

/// Compute units added to what the simulation used: percent of it, and a constant.
const SPARE_PERCENT: u64 = 10;
const SPARE_UNITS: u64 = 1_000;

/// Runs the transaction on the node without sending it. Returns the compute limit to send it with.
pub(super) async fn simulate(ledger: &RpcLedger, instructions: &[Instruction]) -> Result<u32, NotSent> {
    let draft =
        sign(&with_budget(ledger, MAX_UNITS, instructions.to_vec()), &ledger.keeper, Hash::default())?;
    let config = RpcSimulateTransactionConfig {
        sig_verify: false,
        // A node behind a load balancer may not know the newest blockhash.
        replace_recent_blockhash: true,
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcSimulateTransactionConfig::default()
    };
    let simulated = ledger.rpc.simulate_transaction_with_config(&draft, config).await;
    let simulated = simulated.map_err(LedgerError::from)?.value;
    if let Some(error) = simulated.err {
        return Err(NotSent::WouldFail(described(&error.into())));
    }
    let payer = |balances: Option<Vec<u64>>| balances.and_then(|all| all.first().copied());
    let (before, after) = (payer(simulated.pre_balances), payer(simulated.post_balances));
    check_outlay(before, after, ledger.config.max_outlay_lamports)?;
    let used =
        simulated.units_consumed.ok_or(LedgerError::Malformed("a simulation without compute units"))?;
    let units = used + used * SPARE_PERCENT / 100 + SPARE_UNITS;
    Ok(u32::try_from(units).unwrap_or(MAX_UNITS).min(MAX_UNITS))
}
