//! Compute limits and prices.

use anchor_lang::prelude::{Pubkey, pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::state::Action;

use crate::core::Operation;

const PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
/// The most compute units that a transaction may use.
pub(super) const MAX_UNITS: u32 = 1_400_000;
/// Limits vary within this many units: otherwise two transactions for the same purpose under one blockhash would be
/// identical, and the second would be taken for a copy of the first.
const DISTINCT_LIMITS: u32 = 512;

/// The compute limit of an operation's transaction: what docs/cost.md measures, half of it again, and as much as ten
/// missed bumps of an address cost where one is searched for. A loan that was left alone for many instalments needs more:
/// its transaction fails, and is simulated before the next attempt.
pub(super) const fn table(operation: &Operation) -> u32 {
    match operation {
        Operation::Collect | Operation::Look | Operation::Request { action: Action::Unlock, .. } => 60_000,
        Operation::DeclareDefault => 40_000,
        Operation::Request { .. } => 75_000,
        Operation::DeclareDefaultAndLock { .. } => 95_000,
        Operation::Claim { .. } | Operation::Confirm { .. } | Operation::Expire { .. } => 25_000,
        Operation::Yield { .. } => 12_000,
    }
}

/// Puts the compute limit and price in front. `number` makes the bytes unlike those of other transactions.
pub(super) fn with_budget(
    units: u32,
    number: u32,
    micro_lamports: u64,
    instructions: &[Instruction],
) -> Vec<Instruction> {
    let limit = units.saturating_add(number % DISTINCT_LIMITS).min(MAX_UNITS);
    let mut budgeted = vec![instruction(2, &limit.to_le_bytes())];
    if micro_lamports > 0 {
        budgeted.push(instruction(3, &micro_lamports.to_le_bytes()));
    }
    budgeted.extend_from_slice(instructions);
    budgeted
}

/// What the price costs at most, lamports, rounded up.
pub(super) fn priority_fee(units: u32, micro_lamports: u64) -> u64 {
    let limit = u64::from(units.saturating_add(DISTINCT_LIMITS).min(MAX_UNITS));
    limit.saturating_mul(micro_lamports).div_ceil(1_000_000)
}

fn instruction(kind: u8, value: &[u8]) -> Instruction {
    Instruction { program_id: PROGRAM, accounts: Vec::new(), data: [&[kind], value].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Operation::*;

    /// The rows of the committed page.
    fn measured(instruction: &str) -> u32 {
        let page = include_str!("../../../docs/cost.md");
        let row = page.lines().find(|line| line.starts_with(&format!("| `{instruction}` ")));
        let cells: Vec<&str> = row.unwrap().split('|').map(str::trim).collect();
        let number = |cell: &str| cell.replace(',', "").parse::<u32>().unwrap();
        number(cells[2]) - number(cells[3])
    }

    #[test]
    fn every_limit_leaves_half_of_what_was_measured_and_ten_bumps_to_spare() {
        const BUMPS: u32 = 10 * 1_500;
        for (operation, measured) in [
            (Collect, measured("collect")),
            (DeclareDefault, measured("declare_default")),
            (Request { action: Action::Unlock, seq: 1 }, measured("request") + BUMPS),
            (Request { action: Action::Lock, seq: 1 }, measured("request") + measured("claim") + BUMPS),
            (DeclareDefaultAndLock { seq: 1 }, measured("declare_default + request + claim") + BUMPS),
            (Claim { action: Action::Lock, seq: 1 }, measured("claim")),
            (Yield { seq: 1 }, measured("yield_claim")),
        ] {
            let limit = table(&operation);
            assert!(limit >= measured + measured / 2, "{}: {limit} for {measured}", operation.name());
        }
        let expire = Expire { seq: 1, rent_payer: Pubkey::default(), keeper: None };
        assert!(table(&expire) >= measured("expire") + measured("expire") / 2);
        assert!(
            table(&expire) >= measured("confirm") + measured("confirm") / 2,
            "confirm has the same limit"
        );
    }

    #[test]
    fn limits_differ_between_neighbours_and_the_price_is_left_out_at_zero() {
        let data = |number, price| -> Vec<Vec<u8>> {
            with_budget(10_000, number, price, &[]).into_iter().map(|instruction| instruction.data).collect()
        };
        assert_ne!(data(1, 0), data(2, 0));
        assert_eq!((data(1, 0).len(), data(1, 5).len()), (1, 2));
        assert_eq!(priority_fee(10_000 - DISTINCT_LIMITS, 100), 1);
        assert_eq!(priority_fee(10_000 - DISTINCT_LIMITS, 101), 2);
    }
}
