//! The chain as the keeper has read it: one row a loan, each account as of the newest slot at which it was read.
//!
//! What it holds follows the chain: a loan that was closed leaves nothing behind. Its address is remembered until the next
//! complete snapshot, so that an older notice does not bring it back; after that, an account that the snapshot did not
//! have can only be news if it was read later.

mod intake;
mod lenders;
mod open_calls;
mod row;
mod rows;
mod slots;
mod strays;
#[cfg(test)]
mod tests;
mod unlocks;
mod view;

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Escrow, Function, Invocation, Loan, Vehicle};
use latchkey_client::accounts::ProgramAccount;

use super::account::{RawAccount, Update};
use intake::Intake;
use lenders::Lenders;
use open_calls::{OpenCall, OpenCalls};
use row::Row;
use rows::Rows;
use slots::{Mark, Slots};
use strays::Strays;
use unlocks::Unlocks;

pub(super) use lenders::LenderId;
pub(super) use row::{EscrowPart, Queue};
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
    pub vehicle: Pubkey,
    pub wallet: Pubkey,
    pub is_watched: bool,
    /// As the agenda has it.
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

    /// The loans of a vehicle.
    pub fn rows_of_vehicle(&self, vehicle: &Pubkey) -> Vec<RowId> {
        self.rows.of_vehicle(vehicle)
    }

    /// A lender's loans from `first` on, at most so many.
    pub fn rows_of_lender(&self, lender: LenderId, first: RowId, most: usize) -> Vec<RowId> {
        self.lenders.get(lender).loans.range(first..).take(most).copied().collect()
    }

    /// All loans.
    #[cfg(test)]
    pub fn all(&self) -> Vec<RowId> {
        self.rows.slice(RowId::FIRST, usize::MAX).0
    }

    /// How many loans there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
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

    fn take_account(&mut self, key: Pubkey, raw: Option<&RawAccount>, read: Mark) {
        let Some(raw) = raw else { return self.close(&key, read) };
        // An account that does not decode was written by another version of the program: it is skipped.
        let Ok(account) = ProgramAccount::decode(&raw.data) else { return self.skip(key, read) };
        if !self.unreadable.is_empty() {
            self.unreadable.remove(&key);
        }
        match account {
            ProgramAccount::Lender(lender) => {
                let id = self.lenders.id(&key);
                if self.lenders.take(id, Some(lender), read) {
                    self.changes.lenders.push(id);
                }
            }
            ProgramAccount::Function(function) => self.take_function(function, read),
            ProgramAccount::Loan(loan) => self.take_loan(key, &loan, read),
            ProgramAccount::LoanStub(_) => self.close(&key, read),
            ProgramAccount::Vehicle(vehicle) => self.take_vehicle(key, vehicle, read),
            ProgramAccount::Escrow(escrow) => self.take_escrow(&escrow, raw.lamports, read),
            ProgramAccount::Invocation(invocation) => self.take_call(key, invocation, read),
        }
    }

    fn take_function(&mut self, function: Box<Function>, read: Mark) {
        let id = self.lenders.id(&function.lender);
        if self.lenders.take_function(id, function.action, Some(function), read) {
            self.changes.lenders.push(id);
        }
    }

    fn take_loan(&mut self, key: Pubkey, loan: &Loan, read: Mark) {
        let lender = self.lenders.id(&loan.lender);
        let Some(id) = self.rows.of_loan(&key) else {
            if self.is_news(&key, read) {
                self.add_loan(key, loan, lender, read);
            }
            return;
        };
        let Self { rows, lenders, unlocks, .. } = self;
        let Some(row) = rows.get_mut(id).filter(|row| row.read.loan <= read) else { return };
        let was_read = std::mem::replace(&mut row.flags.has_loan, true);
        row.read.loan = read;
        let mut differs = !was_read;
        if row.lender != lender {
            lenders.get_mut(row.lender).loans.remove(&id);
            lenders.get_mut(lender).loans.insert(id);
            row.lender = lender;
            differs = true;
        }
        if !unlocks.is(row.unlock(), loan) {
            let before = row.unlock();
            row.set_unlock(unlocks.pin(loan));
            unlocks.unpin(before);
            differs = true;
        }
        if row.take_loan(loan) || differs {
            self.changes.rows.push(id);
        }
        self.close_calls_that_are_over(id);
    }

    fn add_loan(&mut self, key: Pubkey, loan: &Loan, lender: LenderId, read: Mark) {
        let unlock = self.unlocks.pin(loan);
        let id = self.rows.insert(Row::new(key, loan, lender, unlock, read));
        self.lenders.get_mut(lender).loans.insert(id);
        self.closed.remove(&key);
        self.changes.rows.push(id);
        if self.strays.len() == 0 {
            return;
        }
        if let Some((read, vehicle)) = self.strays.vehicles.take(&loan.vehicle) {
            self.take_vehicle(loan.vehicle, vehicle, read);
        }
        if let Some((read, escrow)) = self.strays.escrows.take(&key) {
            self.set_escrow(id, escrow, read);
        }
        if let Some((read, amount)) = self.strays.wallets.take(&loan.wallet) {
            self.take_wallet(&loan.wallet, amount, read);
        }
        for (call, read, invocation) in self.strays.calls.take_all(|call| call.loan == key) {
            self.take_call(call, invocation, read);
        }
    }

    fn take_vehicle(&mut self, key: Pubkey, vehicle: Box<Vehicle>, read: Mark) {
        let ids = self.rows.of_vehicle(&key);
        if ids.is_empty() && vehicle.active_loan().is_some() && read >= self.complete {
            self.strays.vehicles.keep(key, read, vehicle);
            return;
        }
        for id in ids {
            let Some(row) = self.rows.get_mut(id).filter(|row| row.read.vehicle <= read) else { continue };
            row.read.vehicle = read;
            if row.take_vehicle(&vehicle) {
                self.changes.rows.push(id);
            }
            self.close_calls_that_are_over(id);
        }
    }

    fn take_escrow(&mut self, escrow: &Escrow, lamports: u64, read: Mark) {
        let part = EscrowPart { lamports, rent: escrow.rent };
        match self.rows.of_loan(&escrow.loan) {
            Some(id) => self.set_escrow(id, part, read),
            None if read >= self.complete => self.strays.escrows.keep(escrow.loan, read, part),
            None => {}
        }
    }

    fn set_escrow(&mut self, id: RowId, escrow: EscrowPart, read: Mark) {
        let Some(row) = self.rows.get_mut(id).filter(|row| row.read.escrow <= read) else { return };
        row.read.escrow = read;
        let before = std::mem::replace(&mut row.escrow, escrow);
        let was_known = std::mem::replace(&mut row.flags.has_escrow, true);
        if !was_known || before != escrow {
            self.changes.rows.push(id);
        }
    }

    fn take_wallet(&mut self, key: &Pubkey, amount: u64, read: Mark) {
        let Some(id) = self.rows.of_wallet(key) else {
            if read >= self.complete {
                self.strays.wallets.keep(*key, read, amount);
            }
            return;
        };
        let Some(row) = self.rows.get_mut(id).filter(|row| row.read.wallet <= read) else { return };
        row.read.wallet = read;
        let before = std::mem::replace(&mut row.wallet, amount);
        let was_known = std::mem::replace(&mut row.flags.has_wallet, true);
        if !was_known || before != amount {
            self.changes.rows.push(id);
        }
    }

    fn take_call(&mut self, key: Pubkey, invocation: Box<Invocation>, read: Mark) {
        match self.calls.get(&key) {
            Some(known) if known.read > read => return,
            None if !self.is_news(&key, read) => return,
            _ => {}
        }
        let Some(id) = self.rows.of_loan(&invocation.loan) else {
            return self.strays.calls.keep(key, read, invocation);
        };
        let Some(row) = self.rows.get(id) else { return };
        if is_over(row, invocation.seq, read) {
            return;
        }
        if let Some(claim) = invocation.claim().filter(|claim| claim.keeper != self.keeper) {
            let entry = self.lenders.get_mut(row.lender);
            let claimed_at = claim.lease_end - i64::from(invocation.lease_secs);
            entry.rival_seen_at = entry.rival_seen_at.max(Some(claimed_at));
        }
        self.closed.remove(&key);
        if self.calls.insert(id, OpenCall { key, invocation: *invocation, read }) {
            self.changes.rows.push(id);
        }
    }

    /// An account that was not known is news unless it was closed since, or a complete snapshot did not have it.
    fn is_news(&self, key: &Pubkey, read: Mark) -> bool {
        read >= self.complete && self.closed.get(key).is_none_or(|closed| *closed <= read)
    }

    /// Drops the loan's calls that its accounts show to be closed, whoever closed them.
    fn close_calls_that_are_over(&mut self, id: RowId) {
        let Some(row) = self.rows.get(id) else { return };
        let over = self.calls.of(id).filter(|call| is_over(row, call.invocation.seq, call.read));
        let over: Vec<Pubkey> = over.map(|call| call.key).collect();
        for key in over {
            self.close_call(&key, id);
        }
    }

    fn close_call(&mut self, key: &Pubkey, id: RowId) {
        self.calls.remove(key);
        self.changes.closed_calls.push(*key);
        self.changes.rows.push(id);
    }

    /// Takes in that an account does not exist, or is no more than a stub.
    fn close(&mut self, key: &Pubkey, read: Mark) {
        if let Some(id) = self.rows.of_loan(key) {
            if self.rows.get(id).is_some_and(|row| row.read.loan <= read) {
                self.remove(id);
                self.closed.insert(*key, read);
            }
            return;
        }
        if let Some(call) = self.calls.get(key) {
            if call.read <= read
                && let Some(id) = self.calls.row(key)
            {
                self.close_call(key, id);
                self.closed.insert(*key, read);
            }
            return;
        }
        if let Some(id) = self.lenders.find(key) {
            if self.lenders.take(id, None, read) {
                self.changes.lenders.push(id);
            }
            return;
        }
        let ids = self.rows.of_vehicle(key);
        if ids.is_empty() {
            self.strays.vehicles.take(key);
            self.strays.calls.take(key);
            self.closed.insert(*key, read);
        }
        for id in ids {
            self.lose_vehicle(id, read);
        }
    }

    fn lose_vehicle(&mut self, id: RowId, read: Mark) {
        let Some(row) = self.rows.get_mut(id).filter(|row| row.read.vehicle <= read) else { return };
        row.read.vehicle = read;
        if std::mem::replace(&mut row.flags.has_vehicle, false) {
            self.changes.rows.push(id);
        }
    }

    /// An account that does not decode decides nothing until it does.
    fn skip(&mut self, key: Pubkey, read: Mark) {
        if self.unreadable.insert(key, read).is_none() {
            self.untold.push(key);
        }
        if let Some(id) = self.rows.of_loan(&key) {
            let Some(row) = self.rows.get_mut(id).filter(|row| row.read.loan <= read) else { return };
            row.read.loan = read;
            if std::mem::replace(&mut row.flags.has_loan, false) {
                self.changes.rows.push(id);
            }
            return;
        }
        self.close(&key, read);
    }

    /// Drops a loan and all that belongs to it.
    fn remove(&mut self, id: RowId) {
        let Some(row) = self.rows.remove(id) else { return };
        self.lenders.get_mut(row.lender).loans.remove(&id);
        self.unlocks.unpin(row.unlock());
        let calls: Vec<Pubkey> = self.calls.of(id).map(|call| call.key).collect();
        for key in calls {
            self.calls.remove(&key);
            self.changes.closed_calls.push(key);
        }
        self.changes.gone.push(Gone {
            id,
            vehicle: row.vehicle_key,
            wallet: row.wallet_key,
            is_watched: row.flags.is_watched,
            deadline: row.deadline,
        });
    }
}

/// Whether loan or vehicle show that the call of this sequence number, read at `read`, has been closed since: the loan has
/// none open, its receipt was settled, or it was the newest and is no longer open.
fn is_over(row: &Row, seq: u64, read: Mark) -> bool {
    let by_loan = row.read.loan >= read && row.flags.has_loan && row.invocations_open == 0;
    let newest_is_closed = row.last_seq_asked() == seq && !row.is_request_open();
    let by_vehicle = row.read.vehicle >= read
        && row.flags.has_vehicle
        && (row.last_seq_proven() == seq || newest_is_closed);
    by_loan || by_vehicle
}
