//! What one decision about a loan is judged on.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{Offer, affordable_fee};
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::{Action, Vehicle};

use super::book::LoanView;
use super::call::Call;
use super::operation::Operation;
use super::policy::{Policy, Signers};
use super::rendezvous;
use super::submission::Submissions;

/// One loan at one moment, and the keeper that decides about it. Its position is computed once, for all duties.
pub(super) struct Context<'a> {
    pub view: &'a LoanView<'a>,
    pub at: LoanAt<'a>,
    pub keeper: Pubkey,
    pub policy: &'a Policy,
    /// What rent an escrow account costs now, lamports.
    pub escrow_rent: u64,
    /// The calls that this keeper has tried, by invocation, and releases, by loan.
    pub calls: &'a HashMap<Pubkey, Call>,
    /// The vehicle's transactions, if there were any.
    pub submissions: Option<&'a Submissions>,
    /// Whether locks are looked at.
    pub may_lock: bool,
    /// Whether the breaker has tripped.
    pub locks_are_stopped: bool,
    /// Whether the keeper takes no new work, because it is to stop.
    pub is_stopping: bool,
}

impl<'a> Context<'a> {
    /// The same at another time.
    pub fn moved_to(&self, now: i64) -> Context<'a> {
        Context { at: self.view.at(now), ..*self }
    }

    /// Whether `operation` may be sent now, as far as failures of its kind go.
    pub fn is_rested(&self, operation: &Operation) -> bool {
        self.submissions.is_none_or(|submissions| {
            submissions.is_rested(operation.name(), || self.basis(operation), self.at.now)
        })
    }

    /// What `operation` is decided on, as one number. When it changes, an earlier failure says nothing any more: a collect
    /// is decided on the money and where it goes, the rest on the car, its calls, and what keeps them away.
    pub fn basis(&self, operation: &Operation) -> u64 {
        let view = self.view;
        let mut hasher = DefaultHasher::new();
        match operation {
            Operation::Collect => {
                (view.wallet, view.lender.treasury, view.lender.authority).hash(&mut hasher);
            }
            // Not the time of the last look: each look moves it, and one that is due again at once has not helped.
            Operation::Look => view.wallet.hash(&mut hasher),
            _ => {
                let Vehicle { last_seq_asked, last_seq_proven, void_through, last_unlock_asked, .. } =
                    view.vehicle;
                (last_seq_asked, last_seq_proven, void_through, last_unlock_asked).hash(&mut hasher);
                (view.vehicle.distrusted, view.vehicle.device_key, view.vehicle.open.is_open)
                    .hash(&mut hasher);
                (view.loan.status as u8, view.loan.hold_until, view.loan.stay_until).hash(&mut hasher);
                (view.lender.paused_until, &view.lender.keepers).hash(&mut hasher);
                for function in view.functions.iter().flatten() {
                    function.revision.hash(&mut hasher);
                }
                for (_, invocation) in &view.invocations {
                    (invocation.seq, invocation.claim_keeper, invocation.claim_lease_end).hash(&mut hasher);
                }
            }
        }
        hasher.finish()
    }

    /// How long this keeper leaves `operation` to others, seconds. What is its own it never does, and no unlock waits.
    pub fn delay(&self, operation: &Operation) -> i64 {
        let is_own = matches!(operation, Operation::Confirm { .. } | Operation::Yield { .. });
        if is_own || matches!(operation, Operation::Request { action: Action::Unlock, .. }) {
            return 0;
        }
        let LoanView { lender, loan, rival_seen_at, .. } = self.view;
        let number = self.number(operation);
        rendezvous::delay(&self.keeper, lender, &loan.vehicle, number, *rival_seen_at, self.at.now)
    }

    /// What tells an operation from the next one of its kind, for all keepers alike.
    pub fn number(&self, operation: &Operation) -> u64 {
        operation.seq().unwrap_or_else(|| self.view.loan.ledger.as_of.unsigned_abs())
    }

    /// The sequence number of a request that this keeper may make, wants, and that the escrow pays for. Only what this
    /// keeper can have done is requested. An unlock asks nothing of the lender: neither its function nor its allow-list.
    pub fn next_seq(&self, action: Action) -> Option<u64> {
        let LoanView { loan, vehicle, lender, escrow, .. } = self.view;
        let (offer, signers, allowed) = match action {
            Action::Unlock => (Offer::pinned_unlock(loan), Signers::of_unlock(self.view), true),
            Action::Warn | Action::Lock => {
                let function = self.view.function(action)?;
                (Offer::from(function), Signers::of_function(function), lender.allows_keeper(&self.keeper))
            }
        };
        let rent = self.escrow_rent.max(escrow.rent);
        let available = escrow.lamports.saturating_sub(rent);
        affordable_fee(&offer, loan, vehicle, available).ok()?;
        let wanted = self.policy.wants(action, offer.fee, &signers);
        if allowed && wanted { vehicle.last_seq_asked.checked_add(1) } else { None }
    }

    /// A request for `action`, on the conditions of [`Self::next_seq`].
    pub fn request(&self, action: Action) -> Option<Operation> {
        self.next_seq(action).map(|seq| Operation::Request { action, seq })
    }
}
