//! What this keeper wants, within what the contract allows.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Invocation};

/// The longest pause after a failed transaction or a call without a receipt, seconds.
pub(super) const LONGEST_RETRY_PAUSE: i64 = 60;
/// The longest pause between giving a lease back and taking it again, seconds: each attempt costs two transactions, and
/// a car can be out of reach for weeks.
const LONGEST_PAUSE_BEFORE_CLAIM: i64 = 3_600;
/// The same for an unlock, for which a driver may be waiting.
const LONGEST_PAUSE_BEFORE_UNLOCK: i64 = 300;

/// What this keeper works for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The lowest fee for which it takes a warning or a lock, lamports. It takes unlocks at any fee: a car that stays
    /// locked without cause harms a person.
    pub min_fee: u64,
    /// The lenders that it serves; empty for all.
    pub lenders: Vec<Pubkey>,
    /// The command keys that its functions sign with. Calls that need another key are left to other keepers.
    pub command_keys: Vec<Pubkey>,
}

impl Policy {
    /// Whether it serves a lender.
    pub(super) fn serves(&self, lender: &Pubkey) -> bool {
        self.lenders.is_empty() || self.lenders.contains(lender)
    }

    /// Whether it has the key that signs the command, and the fee is high enough.
    pub(super) fn wants(&self, action: Action, fee: u64, command_key: &Pubkey) -> bool {
        self.command_keys.contains(command_key) && (action == Action::Unlock || fee >= self.min_fee)
    }
}

/// How long before its end a lease is given back, seconds: a sixth of it, at least 1 s and at most 30 s, so that the
/// transaction lands in time and the bond is not forfeited.
pub(super) fn yield_margin(invocation: &Invocation) -> i64 {
    (i64::from(invocation.lease_secs) / 6).clamp(1, 30)
}

/// The longest pause between giving a lease back and taking it again, seconds.
pub(super) fn longest_pause_before_claim(action: Option<Action>) -> i64 {
    match action {
        Some(Action::Unlock) => LONGEST_PAUSE_BEFORE_UNLOCK,
        Some(Action::Warn | Action::Lock) | None => LONGEST_PAUSE_BEFORE_CLAIM,
    }
}
