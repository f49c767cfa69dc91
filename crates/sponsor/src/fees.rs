//! What a transaction costs its fee payer.

use solana_sdk::pubkey::Pubkey;

use crate::config::Policy;
use crate::refusal::Refusal;

/// The program of compute limits and priorities.
pub const COMPUTE_BUDGET: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

/// Lamports for one signature.
const PER_SIGNATURE: u64 = 5_000;
const MICRO: u128 = 1_000_000;

/// The settings of compute in one transaction.
#[derive(Debug, Default)]
pub struct Compute {
    limit: Option<u32>,
    price: Option<u64>,
}

impl Compute {
    /// Takes one instruction of the compute budget's. Heap frames and the like are not a borrower's.
    pub fn take(&mut self, index: usize, data: &[u8]) -> Result<(), Refusal> {
        let (kind, rest) = data.split_first().ok_or(Refusal::Instruction(index))?;
        let set = match kind {
            2 => rest.try_into().map(u32::from_le_bytes).map(|limit| self.limit.replace(limit).is_some()),
            3 => rest.try_into().map(u64::from_le_bytes).map(|price| self.price.replace(price).is_some()),
            _ => return Err(Refusal::Instruction(index)),
        };
        if set.map_err(|_| Refusal::Instruction(index))? { Err(Refusal::Twice) } else { Ok(()) }
    }

    /// The fee of a transaction with so many signatures, those that programs verify included.
    pub fn fee(&self, signatures: u64, policy: &Policy) -> Result<u64, Refusal> {
        let base = signatures.saturating_mul(PER_SIGNATURE);
        if let Some(asked) = self.limit.filter(|asked| *asked > policy.max_compute_units) {
            return Err(Refusal::Compute { asked, longest: policy.max_compute_units });
        }
        let Some(price) = self.price.filter(|price| *price > 0) else { return Ok(base) };
        if price > policy.max_priority {
            return Err(Refusal::Priority { asked: price, highest: policy.max_priority });
        }
        let limit = self.limit.ok_or(Refusal::Unlimited)?;
        let priority = (u128::from(limit) * u128::from(price)).div_ceil(MICRO);
        Ok(base.saturating_add(u64::try_from(priority).unwrap_or(u64::MAX)))
    }
}
