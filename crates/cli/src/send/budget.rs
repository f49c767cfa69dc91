//! Compute limit, priority fee and size of a transaction.

use latchkey_client::{Instruction, Pubkey};
use solana_sdk::message::Message;
use solana_sdk::pubkey;
use solana_sdk::transaction::Transaction;

pub const COMPUTE_BUDGET_PROGRAM: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
pub const MAX_UNITS: u32 = 1_400_000;

/// The most bytes a transaction can have.
const MAX_BYTES: u64 = 1_232;

/// Numbers of the compute budget program's instructions.
const SET_COMPUTE_UNIT_LIMIT: u8 = 2;
const SET_COMPUTE_UNIT_PRICE: u8 = 3;

/// What a transaction may compute, and what it pays for priority.
#[derive(Clone, Copy, Debug)]
pub struct ComputeBudget {
    /// The most compute units it may use.
    pub units: u32,
    /// Priority fee, micro-lamports per compute unit. None: no priority fee.
    pub micro_lamports_per_unit: Option<u64>,
}

impl ComputeBudget {
    /// The instructions with those of the compute budget in front.
    pub fn in_front_of(self, instructions: &[Instruction]) -> Vec<Instruction> {
        let budget = |kind: u8, value: &[u8]| Instruction {
            program_id: COMPUTE_BUDGET_PROGRAM,
            accounts: Vec::new(),
            data: [&[kind], value].concat(),
        };
        let mut budgeted = vec![budget(SET_COMPUTE_UNIT_LIMIT, &self.units.to_le_bytes())];
        let price = self.micro_lamports_per_unit;
        budgeted.extend(price.map(|price| budget(SET_COMPUTE_UNIT_PRICE, &price.to_le_bytes())));
        budgeted.extend_from_slice(instructions);
        budgeted
    }
}

/// Whether these instructions fit into one transaction, with those of the compute budget.
pub fn fits(instructions: &[Instruction], payer: &Pubkey) -> bool {
    let budget = ComputeBudget { units: MAX_UNITS, micro_lamports_per_unit: Some(u64::MAX) };
    let message = Message::new(&budget.in_front_of(instructions), Some(payer));
    let transaction = Transaction::new_unsigned(message);
    bincode::serialized_size(&transaction).is_ok_and(|size| size <= MAX_BYTES)
}
