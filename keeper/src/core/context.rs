//! What one decision about a loan is judged on.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{Offer, affordable_fee};
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::Action;

use super::call::Call;
use super::chain_state::LoanView;
use super::operation::Operation;
use super::policy::{Policy, Signers};
use super::submission::Submissions;

/// One loan at one moment, and the keeper that decides about it. Its position is computed once, for all duties.
pub(super) struct Context<'a> {
    pub view: &'a LoanView<'a>,
    pub at: LoanAt<'a>,
    pub keeper: Pubkey,
    pub policy: &'a Policy,
    /// What rent an escrow account costs now, lamports.
    pub escrow_rent: u64,
    /// The calls that this keeper has tried, by invocation.
    pub calls: &'a HashMap<Pubkey, Call>,
    /// The vehicle's transactions, if there were any.
    pub submissions: Option<&'a Submissions>,
}

impl Context<'_> {
    /// Whether `operation` may be sent now, as far as failures of its kind go.
    pub fn is_rested(&self, operation: &Operation) -> bool {
        self.submissions.is_none_or(|submissions| submissions.is_rested(operation, self.at.now))
    }

    /// The sequence number of a request that this keeper may make, wants, and that the escrow pays for. Only what this
    /// keeper can have done is requested. An unlock asks nothing of the lender: neither its function nor its allow-list.
    pub fn next_seq(&self, action: Action) -> Option<u64> {
        let LoanView { loan, vehicle, lender, escrow, .. } = self.view;
        let (offer, signers, allowed) = match action {
            Action::Unlock => (Offer::pinned_unlock(loan), Signers::of_unlock(loan), true),
            Action::Warn | Action::Lock => {
                let function = self.view.function(action)?;
                let signers = Signers { required: function.required, keys: &function.command_keys };
                (Offer::from(function), signers, lender.allows_keeper(&self.keeper))
            }
        };
        let rent = self.escrow_rent.max(escrow.rent);
        let available = self.view.escrow_lamports.saturating_sub(rent);
        affordable_fee(&offer, loan, vehicle, available).ok()?;
        let wanted = self.policy.wants(action, offer.fee, &signers);
        if allowed && wanted { vehicle.last_seq_asked.checked_add(1) } else { None }
    }

    /// A request for `action`, on the conditions of [`Self::next_seq`].
    pub fn request(&self, action: Action) -> Option<Operation> {
        self.next_seq(action).map(|seq| Operation::Request { action, seq })
    }
}
