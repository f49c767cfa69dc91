//! Lies that the world can tell, and so make a keeper behave as one with a known bug would.

use latchkey_client::instructions::{LoanKeys, request, yield_claim};
use latchkey_client::latchkey::state::Action;
use latchkey_client::{Instruction, PROGRAM_ID, Pubkey};
use solana_sdk::transaction::Transaction;

/// A lie. A run with one must be found wrong: this is how the chaos itself is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Nodes call confirmed what was only just executed: a keeper that locks on processed state.
    ConfirmsAtOnce,
    /// Cars forget what they did: a call that is served twice.
    CarsForget,
    /// Every node tells what was minutes ago as of the newest slot: a stale read that is taken for fresh.
    StaleIsFresh,
    /// Nodes list no open calls: a keeper that forgets its calls when it dies.
    ListsNoCalls,
    /// No unlock is requested while the treasury takes no payment: an unlock that waits for a collect that fails.
    UnlocksWaitForCollects,
    /// No lease is given back: a keeper that keeps what it cannot do.
    YieldsAreLost,
}

/// Slots by which [`Lie::StaleIsFresh`] is late: longer than any bound of what the chaos demands.
pub const STALE_SLOTS: u64 = 600;

/// Whether a transaction requests an unlock.
pub fn requests_unlock(transaction: &Transaction) -> bool {
    // The instruction's number, and the action.
    begins_like(transaction, &request(&any_loan(), Pubkey::default(), None, Action::Unlock, 1), 9)
}

/// Whether a transaction gives a lease back.
pub fn yields(transaction: &Transaction) -> bool {
    begins_like(transaction, &yield_claim(&Pubkey::default(), Pubkey::default(), 1), 8)
}

fn begins_like(transaction: &Transaction, other: &Instruction, bytes: usize) -> bool {
    let keys = &transaction.message.account_keys;
    transaction.message.instructions.iter().any(|instruction| {
        let is_ours = keys.get(usize::from(instruction.program_id_index)) == Some(&PROGRAM_ID);
        is_ours && instruction.data.get(..bytes) == other.data.get(..bytes)
    })
}

fn any_loan() -> LoanKeys {
    let key = Pubkey::default();
    LoanKeys {
        lender: key,
        vehicle: key,
        loan: key,
        escrow: key,
        wallet: key,
        mint: key,
        treasury: key,
        token_program: key,
    }
}
