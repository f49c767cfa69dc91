//! Takes in accounts that were read. What is known as of a newer slot stays.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Escrow, Function, Invocation, Loan, Vehicle};
use latchkey_client::accounts::ProgramAccount;

use super::Book;
use super::close::is_over;
use super::lenders::LenderId;
use super::open_calls::OpenCall;
use super::row::{EscrowPart, Row};
use super::rows::RowId;
use super::slots::Mark;
use crate::core::account::RawAccount;

impl Book {
    pub(super) fn take_account(&mut self, key: Pubkey, raw: Option<&RawAccount>, read: Mark) {
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

    pub(super) fn take_wallet(&mut self, key: &Pubkey, amount: u64, read: Mark) {
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
}
