//! The spending guard: a transaction built on hostile accounts must not drain the keeper's own. It fails closed.
//!
//! A transaction that was simulated is judged by what the simulation cost. One that was not is one of our own templates,
//! of which the worst cost is known but for the bond: a lender can raise it in the moment before the claim. Such a
//! transaction ends with an instruction that undoes it if it leaves the keeper less than it should.

use std::collections::{BTreeMap, HashMap};

use anchor_lang::prelude::{Pubkey, pubkey};
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::{Discriminator as _, Space as _};
use latchkey::state::{Action, Invocation};

use crate::core::Operation;

const SYSTEM_PROGRAM: Pubkey = pubkey!("11111111111111111111111111111111");
/// What a signature costs, lamports. A receipt is one too.
const SIGNATURE: u64 = 5_000;
/// The system program's number for a transfer.
const TRANSFER: u32 = 2;

/// Why the keeper does not sign or send a transaction.
#[derive(Debug, thiserror::Error)]
pub enum UnsafeTransaction {
    #[error("the transaction needs the signature of {0}: the keeper signs only for itself")]
    ForeignSigner(Pubkey),
    /// Both are lamports: by how much the keeper's balance would fall, and by how much it may.
    #[error("the transaction would cost the keeper {cost} lamports, more than max_outlay_lamports ({limit})")]
    TooExpensive { cost: u64, limit: u64 },
    #[error(
        "the node's simulation shows no balances, so the cost is not known: use a node that returns them"
    )]
    CostUnknown,
}

/// Judges a simulation by the keeper's lamports around it. A cost that is not known is refused.
pub fn check_outlay(before: Option<u64>, after: Option<u64>, limit: u64) -> Result<(), UnsafeTransaction> {
    let (before, after) = before.zip(after).ok_or(UnsafeTransaction::CostUnknown)?;
    check_cost(before.saturating_sub(after), limit)
}

/// Judges a worst cost.
pub(super) fn check_cost(cost: u64, limit: u64) -> Result<(), UnsafeTransaction> {
    if cost > limit { Err(UnsafeTransaction::TooExpensive { cost, limit }) } else { Ok(()) }
}

/// The size of an invocation, whose rent a request pays.
pub(super) fn invocation_bytes() -> usize {
    Invocation::DISCRIMINATOR.len() + Invocation::INIT_SPACE
}

/// What an operation's template costs at most beside a bond, lamports.
pub(super) fn worst_cost(operation: &Operation, invocation_rent: u64, priority_fee: u64) -> u64 {
    let (signatures, rent) = match operation {
        Operation::Confirm { .. } => (2, 0),
        Operation::Request { .. } | Operation::DeclareDefaultAndLock { .. } => (1, invocation_rent),
        Operation::Collect
        | Operation::Look
        | Operation::DeclareDefault
        | Operation::Claim { .. }
        | Operation::Yield { .. }
        | Operation::Expire { .. } => (1, 0),
    };
    (signatures * SIGNATURE).saturating_add(rent).saturating_add(priority_fee)
}

/// Whether the template posts a bond, which the lender sets.
pub(super) const fn posts_bond(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Claim { .. }
            | Operation::DeclareDefaultAndLock { .. }
            | Operation::Request { action: Action::Warn | Action::Lock, .. }
    )
}

/// Undoes the transaction if it leaves `keeper` less than `lamports`: a transfer to itself, which the system program refuses
/// to whoever has less.
pub fn keeps_at_least(keeper: Pubkey, lamports: u64) -> Instruction {
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![AccountMeta::new(keeper, true), AccountMeta::new(keeper, false)],
        data: [&TRANSFER.to_le_bytes()[..], &lamports.to_le_bytes()].concat(),
    }
}

/// The keeper's lamports, and what transactions under way may still take of them.
#[derive(Default)]
pub(super) struct Balance {
    /// As of a slot; `None` as long as it is not known.
    known: Option<(u64, u64)>,
    /// The most that each transaction may take.
    taken: HashMap<u64, u64>,
    /// The same of those that have landed, by slot, until the balance shows it.
    landed: BTreeMap<u64, u64>,
    /// All of it.
    total: u64,
}

impl Balance {
    /// The keeper's lamports as of a slot.
    pub fn read(&mut self, slot: u64, lamports: u64) {
        if self.known.is_none_or(|(known, _)| known <= slot) {
            self.known = Some((slot, lamports));
            // What landed by then is in it.
            let later = self.landed.split_off(&(slot + 1));
            self.total -= std::mem::replace(&mut self.landed, later).values().sum::<u64>();
        }
    }

    /// A transaction that was ordered may take so much.
    pub fn take(&mut self, id: u64, lamports: u64) {
        self.taken.insert(id, lamports);
        self.total += lamports;
    }

    /// A transaction has landed, or cannot any more.
    pub fn ended(&mut self, id: u64, landed: Option<u64>) {
        let Some(lamports) = self.taken.remove(&id) else { return };
        match landed.filter(|slot| self.known.is_none_or(|(known, _)| *slot > known)) {
            Some(slot) => *self.landed.entry(slot).or_default() += lamports,
            None => self.total -= lamports,
        }
    }

    /// What must be left after everything that was ordered and `more`: nothing if the keeper has no more than that anyway.
    /// `None` as long as the balance is not known.
    pub fn floor(&self, more: u64) -> Option<u64> {
        self.known.map(|(_, lamports)| lamports.saturating_sub(self.total).saturating_sub(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_costs_more_than_the_limit_or_an_unknown_amount_is_refused() {
        use UnsafeTransaction::{CostUnknown, TooExpensive};
        assert!(check_outlay(Some(1_000), Some(900), 100).is_ok());
        assert!(check_outlay(Some(900), Some(1_000), 0).is_ok());
        let dear = check_outlay(Some(1_000), Some(899), 100);
        assert!(matches!(dear, Err(TooExpensive { cost: 101, limit: 100 })));
        for (before, after) in [(None, None), (Some(1_000), None), (None, Some(1_000))] {
            assert!(matches!(check_outlay(before, after, u64::MAX), Err(CostUnknown)));
        }
    }

    #[test]
    fn the_worst_cost_of_a_template_counts_signatures_rent_and_priority_fee() {
        let lock = Operation::DeclareDefaultAndLock { seq: 1 };
        assert_eq!(worst_cost(&lock, 2_000_000, 7), 2_005_007);
        assert_eq!(worst_cost(&Operation::Look, 2_000_000, 0), 5_000);
        assert!(posts_bond(&lock) && posts_bond(&Operation::Claim { action: Action::Lock, seq: 1 }));
        let unlock = Operation::Request { action: Action::Unlock, seq: 1 };
        assert!(!posts_bond(&unlock) && !posts_bond(&Operation::Collect));
    }

    #[test]
    fn what_is_under_way_lowers_the_floor_until_the_balance_shows_it() {
        let mut balance = Balance::default();
        assert_eq!(balance.floor(100), None);
        balance.read(10, 1_000);
        assert_eq!(balance.floor(100), Some(900));
        assert_eq!(balance.floor(2_000), Some(0));
        balance.take(1, 300);
        assert_eq!(balance.floor(100), Some(600));
        balance.ended(1, Some(12));
        balance.read(11, 1_000);
        assert_eq!(balance.floor(100), Some(600));
        balance.read(12, 750);
        assert_eq!(balance.floor(100), Some(650));
        // What is older is not believed any more, and what never landed took nothing.
        balance.read(11, 9_000);
        balance.take(2, 50);
        balance.ended(2, None);
        assert_eq!(balance.floor(100), Some(650));
    }
}
