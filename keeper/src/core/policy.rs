//! What this keeper wants, within what the contract allows.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Invocation, Loan};

/// The longest pause after a failed transaction or a call without a receipt, seconds.
pub(super) const LONGEST_RETRY_PAUSE: i64 = 60;
/// The same for a transaction that sends money to the treasury, seconds: a treasury can be frozen for weeks.
pub(super) const LONGEST_COLLECT_PAUSE: i64 = 3_600;
/// From one look at a loan that is past due to the next, seconds.
pub(super) const LOOK_PERIOD: i64 = 86_400;
/// How long one call for an unlock may take, seconds. No lease limits it.
pub(super) const UNLOCK_CALL_SECS: i64 = 300;
/// How long before its second a lapse is prepared, seconds.
pub(super) const LAPSE_LEAD: i64 = 3;
/// How long before a due date the wallet's changes are wanted at once, seconds.
pub(super) const WATCH_LEAD: i64 = 300;
/// The longest pause between giving a lease back and taking it again, seconds: each attempt costs two transactions, and
/// a car can be out of reach for weeks.
const LONGEST_PAUSE_BEFORE_CLAIM: i64 = 3_600;
/// The longest pause after a function refused an unlock, seconds: a driver may be waiting.
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
    /// The most cars that it locks in an hour: above that something other than late borrowers is the cause.
    pub locks_per_hour: usize,
}

/// The default of [`Policy::locks_per_hour`].
pub const LOCKS_PER_HOUR: usize = 200;

impl Policy {
    /// Whether it serves a lender.
    pub(super) fn serves(&self, lender: &Pubkey) -> bool {
        self.lenders.is_empty() || self.lenders.contains(lender)
    }

    /// Whether one of its keys signs the command alone, and the fee is high enough. Any fee is, for an unlock.
    pub(super) fn wants(&self, action: Action, fee: u64, signers: &Signers) -> bool {
        let signs = signers.required <= 1 && signers.keys.iter().any(|key| self.command_keys.contains(key));
        signs && (action == Action::Unlock || fee >= self.min_fee)
    }
}

/// Which keys may sign a command, and how many must.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signers<'a> {
    pub required: u8,
    /// Zero keys stand for none, and no keeper holds one.
    pub keys: &'a [Pubkey],
}

impl<'a> Signers<'a> {
    /// Of an unlock: any of the keys that its loan pins.
    pub fn of_unlock(loan: &'a Loan) -> Self {
        Self { required: 1, keys: &loan.unlock_keys }
    }

    /// Of a call that was requested for `loan`.
    pub fn of(invocation: &'a Invocation, loan: &'a Loan) -> Self {
        Self { required: invocation.required, keys: invocation.signing_keys(loan) }
    }
}

/// How long before its end a lease is given back, seconds: a sixth of it, at least 1 s and at most 30 s, so that the
/// transaction lands in time and the bond is not forfeited.
pub(super) fn yield_margin(invocation: &Invocation) -> i64 {
    (i64::from(invocation.lease_secs) / 6).clamp(1, 30)
}

/// The longest pause between a call that was given up and the next attempt, seconds.
pub(super) fn longest_pause_before_next_attempt(action: Option<Action>) -> i64 {
    match action {
        Some(Action::Unlock) => LONGEST_PAUSE_BEFORE_UNLOCK,
        Some(Action::Warn | Action::Lock) | None => LONGEST_PAUSE_BEFORE_CLAIM,
    }
}
