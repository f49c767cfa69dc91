//! The compute budget of a transaction.

use std::sync::atomic::Ordering;

use anchor_lang::prelude::{Pubkey, pubkey};
use anchor_lang::solana_program::instruction::Instruction;

use super::RpcLedger;

const PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
/// The most compute units that a transaction may use.
pub(super) const MAX_UNITS: u32 = 1_400_000;
/// Compute limits vary within this many units.
const DISTINCT_LIMITS: u32 = 512;

/// Puts the compute limit and price in front. The limit varies a little from transaction to transaction: otherwise two
/// for the same purpose under one blockhash would be identical, and the second would be taken for a copy of the first.
pub(super) fn with_budget(
    ledger: &RpcLedger,
    units: u32,
    instructions: Vec<Instruction>,
) -> Vec<Instruction> {
    let number = ledger.sent.fetch_add(1, Ordering::Relaxed);
    let limit = units.saturating_add(number % DISTINCT_LIMITS).min(MAX_UNITS);
    let mut budgeted = vec![limit_instruction(limit)];
    let price = ledger.config.priority_micro_lamports;
    if price > 0 {
        budgeted.push(price_instruction(price));
    }
    budgeted.extend(instructions);
    budgeted
}

fn limit_instruction(units: u32) -> Instruction {
    instruction(2, &units.to_le_bytes())
}

fn price_instruction(micro_lamports: u64) -> Instruction {
    instruction(3, &micro_lamports.to_le_bytes())
}

fn instruction(kind: u8, value: &[u8]) -> Instruction {
    Instruction { program_id: PROGRAM, accounts: Vec::new(), data: [&[kind], value].concat() }
}
