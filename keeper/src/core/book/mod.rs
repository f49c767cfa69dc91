//! The chain as the keeper has read it: one row a loan, each account as of the newest slot at which it was read.
//!
//! What it holds follows the chain: a loan that was closed leaves nothing behind. Its address is remembered until the next
//! complete snapshot, so that an older notice does not bring it back; after that, an account that the snapshot did not
//! have can only be news if it was read later.

mod close;
mod intake;
mod lenders;
mod open_calls;
mod row;
mod rows;
mod slots;
mod strays;
mod take;
#[cfg(test)]
mod tests;
mod unlocks;
mod view;

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::Invocation;

use super::account::Update;
use intake::Intake;
use lenders::Lenders;
use open_calls::{OpenCall, OpenCalls};
use rows::Rows;
use slots::{Mark, Slots};
use strays::Strays;
use unlocks::Unlocks;

pub(super) use lenders::LenderId;
#[cfg(test)]
pub(super) use row::EscrowPart;
pub(super) use row::Queue;
pub(super) use rows::RowId;
pub(super) use view::LoanView;

/// Every loan, and the accounts around it.
pub(super) struct Book {
    keeper: Pubkey,
    slots: Slots,
    rows: Rows,
    lenders: Lenders,
    unlocks: Unlocks,
    calls: OpenCalls,
    strays: Strays,
    /// Loans and calls that were closed since the newest complete snapshot.
    closed: HashMap<Pubkey, Mark>,
    /// Accounts that do not decode, and those of them that were not yet told of.
    unreadable: HashMap<Pubkey, Mark>,
    untold: Vec<Pubkey>,
    /// The newest snapshot that was taken in whole.
    complete: Mark,
    /// A snapshot that is being taken in.
    intake: Option<Intake>,
    changes: Changes,
}

/// What has changed since it was last asked.
#[derive(Default)]
pub(super) struct Changes {
    /// Loans to decide about again.
    pub rows: Vec<RowId>,
    /// Lenders all of whose loans are to be decided about again.
    pub lenders: Vec<LenderId>,
    /// Calls that were closed.
    pub closed_calls: Vec<Pubkey>,
    /// Loans that were closed.
    pub gone: Vec<Gone>,
}

/// A loan that was closed.
pub(super) struct Gone {
    pub id: RowId,
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    pub wallet: Pubkey,
    pub is_watched: bool,
    /// As the agenda has it.
    pub deadline: i64,
}

/// Where a loan is found, and when it is looked at again.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    pub lender: Pubkey,
    /// `i64::MAX` for never.
    pub deadline: i64,
}

impl Book {
    /// A book that knows nothing yet, of the keeper at this address.
    pub fn new(keeper: Pubkey) -> Self {
        Self {
            keeper,
            slots: Slots::default(),
            rows: Rows::default(),
            lenders: Lenders::default(),
            unlocks: Unlocks::default(),
            calls: OpenCalls::default(),
            strays: Strays::default(),
            closed: HashMap::new(),
            unreadable: HashMap::new(),
            untold: Vec::new(),
            complete: Mark::NEVER,
            intake: None,
            changes: Changes::default(),
        }
    }

    /// Takes in an update. Accounts that are known as of a newer slot are skipped.
    pub fn update(&mut self, update: Update) {
        let read = self.slots.mark(update.slot);
        let (parties, rest): (Vec<_>, Vec<_>) = update
            .accounts
            .into_iter()
            .partition(|(_, raw)| raw.as_ref().is_some_and(|raw| intake::is_party(&raw.data)));
        for (key, raw) in parties.into_iter().chain(rest) {
            self.take_account(key, raw.as_ref(), read);
        }
        for (key, amount) in update.wallets {
            self.take_wallet(&key, amount, read);
        }
    }

    /// What has changed since it was last asked.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Accounts that do not decode, each named once.
    pub fn take_unreadable(&mut self) -> Vec<Pubkey> {
        std::mem::take(&mut self.untold)
    }

    /// An invocation, if it exists.
    pub fn invocation(&self, key: &Pubkey) -> Option<&Invocation> {
        self.calls.get(key).map(|call| &call.invocation)
    }

    /// The loan that an open call is for.
    pub fn row_of_call(&self, key: &Pubkey) -> Option<RowId> {
        self.calls.row(key)
    }

    /// The loan at this address.
    pub fn row_of_loan(&self, loan: &Pubkey) -> Option<RowId> {
        self.rows.of_loan(loan)
    }

    /// The loans of a vehicle.
    pub fn rows_of_vehicle(&self, vehicle: &Pubkey) -> Vec<RowId> {
        self.rows.of_vehicle(vehicle)
    }

    /// A lender's loans from `first` on, at most so many.
    pub fn rows_of_lender(&self, lender: LenderId, first: RowId, most: usize) -> Vec<RowId> {
        self.lenders.get(lender).loans.range(first..).take(most).copied().collect()
    }

    /// All loans.
    pub fn all(&self) -> Vec<RowId> {
        self.rows.slice(RowId::FIRST, usize::MAX).0
    }

    /// How many loans there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many calls are open.
    pub fn open_calls(&self) -> usize {
        self.calls.len()
    }

    /// How many accounts wait for their loan.
    pub fn strays(&self) -> usize {
        self.strays.len()
    }

    /// Whether every account was read once.
    pub fn has_read_all(&self) -> bool {
        self.complete != Mark::NEVER
    }

    /// A loan's addresses, and when it is looked at again.
    pub fn address(&self, id: RowId) -> Option<Address> {
        let row = self.rows.get(id)?;
        Some(Address {
            loan: row.loan_key,
            vehicle: row.vehicle_key,
            lender: self.lenders.get(row.lender).key,
            deadline: row.deadline,
        })
    }

    /// A loan's open calls, the oldest first.
    pub fn calls_of(&self, id: RowId) -> impl Iterator<Item = (Pubkey, &Invocation)> {
        self.calls.of(id).map(|call| (call.key, &call.invocation))
    }

    /// Marks a loan as waiting for a decision in `queue`. Returns whether it is not there or in a more urgent one yet.
    pub fn promote(&mut self, id: RowId, queue: Queue) -> bool {
        let Some(row) = self.rows.get_mut(id).filter(|row| row.flags.queue < queue) else { return false };
        row.flags.queue = queue;
        true
    }

    /// Marks a loan as decided about. Returns whether it waited.
    pub fn take_from_queue(&mut self, id: RowId) -> bool {
        let Some(row) = self.rows.get_mut(id) else { return false };
        std::mem::take(&mut row.flags.queue) != Queue::None
    }

    /// The loans for whose calls this keeper holds a lease at `now`.
    pub fn leases(&self, now: i64) -> impl Iterator<Item = RowId> + '_ {
        let is_mine = move |call: &&OpenCall| {
            let claim = call.invocation.claim();
            claim.is_some_and(|claim| claim.keeper == self.keeper && now < claim.lease_end)
        };
        self.calls.all().filter(move |(_, call)| is_mine(call)).map(|(id, _)| id)
    }

    /// Marks a loan's wallet as watched or not.
    pub fn set_watched(&mut self, id: RowId, is_watched: bool) {
        if let Some(row) = self.rows.get_mut(id) {
            row.flags.is_watched = is_watched;
        }
    }

    /// A loan whose wallet was never read, and that wallet's address, if it is not watched.
    pub fn unread_wallet(&self, id: RowId) -> Option<Pubkey> {
        let row = self.rows.get(id)?;
        (!row.flags.has_wallet && !row.flags.is_watched).then_some(row.wallet_key)
    }

    /// Sets when a loan is to be looked at again. Returns when that was before; `i64::MAX` is never.
    pub fn set_deadline(&mut self, id: RowId, deadline: i64) -> i64 {
        match self.rows.get_mut(id) {
            Some(row) => std::mem::replace(&mut row.deadline, deadline),
            None => i64::MAX,
        }
    }

    /// One loan, if every account that decides is known.
    pub fn view(&self, id: RowId) -> Option<LoanView<'_>> {
        let row = self.rows.get(id)?;
        // A wallet that was never read might hold any amount: without it nothing can be decided.
        let flags = row.flags;
        if !(flags.has_loan && flags.has_vehicle && flags.has_escrow && flags.has_wallet) {
            return None;
        }
        let entry = self.lenders.get(row.lender);
        let lender = entry.account.as_deref()?;
        let token_program = self.lenders.token_program(&lender.mint)?;
        let unlock = self.unlocks.get(row.unlock())?;
        Some(LoanView {
            lender_key: entry.key,
            loan_key: row.loan_key,
            token_program,
            lender,
            loan: row.loan(entry.key, unlock),
            vehicle: row.vehicle(entry.key),
            escrow: row.escrow,
            wallet: row.wallet,
            invocations: self.calls.of(id).map(|call| (call.key, &call.invocation)).collect(),
            call_slots: self.calls.of(id).map(|call| self.slots.slot(call.read)).collect(),
            functions: entry.functions(),
            rival_seen_at: entry.rival_seen_at,
            is_watched: flags.is_watched,
        })
    }
}
