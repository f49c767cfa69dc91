//! Simulates a transaction whose like has failed: what it would cost the keeper, and how much computing it needs. One that
//! would fail again is not paid for.

use anchor_lang::solana_program::instruction::Instruction;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use solana_client::rpc_response::{Response, RpcSimulateTransactionResult};
use solana_sdk::hash::Hash;
use solana_sdk::signature::Keypair;
use solana_sdk::transaction::{Transaction, TransactionError};

use super::outlay::check_outlay;
use super::sign::sign;
use super::units::{MAX_UNITS, with_budget};
use super::{NotSent, described};
use crate::nodes::{Method, Nodes};

/// Compute units added to what the simulation used: percent of it, and a constant.
const SPARE_PERCENT: u64 = 20;
const SPARE_UNITS: u64 = 3_000;

/// The transaction that a simulation runs.
pub(super) fn draft(instructions: &[Instruction], payer: &Keypair) -> Result<Transaction, NotSent> {
    Ok(sign(&with_budget(MAX_UNITS, 0, 0, instructions), payer, Hash::default())?)
}

/// Runs it on a node without sending it. Returns the compute limit to send it with.
pub(super) async fn simulate(nodes: &Nodes, draft: &Transaction, max_outlay: u64) -> Result<u32, NotSent> {
    let wire = bincode::serialize(draft).map_err(|_| NotSent::TooLong)?;
    let config = json!({
        "encoding": "base64",
        "commitment": "confirmed",
        "sigVerify": false,
        // A node behind a load balancer may not know the newest blockhash.
        "replaceRecentBlockhash": true,
    });
    let params = json!([STANDARD.encode(wire), config]);
    let asked = nodes.ask::<Response<RpcSimulateTransactionResult>>(Method::SimulateTransaction, params);
    let simulated = asked.await.map_err(NotSent::Outage)?.0.value;
    if let Some(error) = simulated.err {
        return Err(NotSent::WouldFail(described(&TransactionError::from(error))));
    }
    let payer = |balances: Option<Vec<u64>>| balances.and_then(|all| all.first().copied());
    let (before, after) = (payer(simulated.pre_balances), payer(simulated.post_balances));
    check_outlay(before, after, max_outlay)?;
    let used = simulated.units_consumed.unwrap_or(u64::from(MAX_UNITS));
    let units = used + used * SPARE_PERCENT / 100 + SPARE_UNITS;
    Ok(u32::try_from(units).unwrap_or(MAX_UNITS).min(MAX_UNITS))
}
