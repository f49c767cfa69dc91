//! What one decision about a loan is judged on.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::affordable_fee;
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::Action;

use super::call::Call;
use super::chain_state::LoanView;
use super::operation::Operation;
use super::policy::Policy;

/// One loan at one moment, and the keeper that decides about it. Its position is computed once, for all duties.
pub(super) struct Context<'a> {
    pub view: &'a LoanView<'a>,
    pub at: LoanAt<'a>,
    pub keeper: Pubkey,
    pub policy: &'a Policy,
    /// Rent of an escrow account, lamports: what the account holds above it is available.
    pub escrow_rent: u64,
    /// The calls that this keeper has tried, by invocation.
    pub calls: &'a HashMap<Pubkey, Call>,
}

impl Context<'_> {
    /// The sequence number of a request that this keeper may make, wants, and that the escrow pays for. The request is
    /// claimed in the same transaction, so only what this keeper can have done is requested.
    pub fn next_seq(&self, action: Action) -> Option<u64> {
        let function = self.view.function(action)?;
        let available = self.view.escrow_lamports.saturating_sub(self.escrow_rent);
        affordable_fee(function, self.view.escrow, available).ok()?;
        let allowed = self.view.lender.allows_keeper(&self.keeper);
        let wanted = self.policy.wants(action, function.fee, &function.command_key);
        if allowed && wanted { self.view.vehicle.last_seq_asked.checked_add(1) } else { None }
    }

    /// A request for `action`, on the conditions of [`Self::next_seq`].
    pub fn request(&self, action: Action) -> Option<Operation> {
        self.next_seq(action).map(|seq| Operation::Request { action, seq })
    }
}
