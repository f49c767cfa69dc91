//! Drops what no longer exists, and what cannot be read.

use anchor_lang::prelude::Pubkey;

use super::row::Row;
use super::rows::RowId;
use super::slots::Mark;
use super::{Book, Gone};

impl Book {
    /// Takes in that an account does not exist, or is no more than a stub.
    pub(super) fn close(&mut self, key: &Pubkey, read: Mark) {
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

    pub(super) fn close_call(&mut self, key: &Pubkey, id: RowId) {
        self.calls.remove(key);
        self.changes.closed_calls.push(*key);
        self.changes.rows.push(id);
    }

    /// Drops the loan's calls that its accounts show to be closed, whoever closed them.
    pub(super) fn close_calls_that_are_over(&mut self, id: RowId) {
        let Some(row) = self.rows.get(id) else { return };
        let over = self.calls.of(id).filter(|call| is_over(row, call.invocation.seq, call.read));
        let over: Vec<Pubkey> = over.map(|call| call.key).collect();
        for key in over {
            self.close_call(&key, id);
        }
    }

    pub(super) fn lose_vehicle(&mut self, id: RowId, read: Mark) {
        let Some(row) = self.rows.get_mut(id).filter(|row| row.read.vehicle <= read) else { return };
        row.read.vehicle = read;
        if std::mem::replace(&mut row.flags.has_vehicle, false) {
            self.changes.rows.push(id);
        }
    }

    /// An account that does not decode decides nothing until it does.
    pub(super) fn skip(&mut self, key: Pubkey, read: Mark) {
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
    pub(super) fn remove(&mut self, id: RowId) {
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
            loan: row.loan_key,
            vehicle: row.vehicle_key,
            wallet: row.wallet_key,
            is_watched: row.flags.is_watched,
            deadline: row.deadline,
        });
    }
}

/// Whether loan or vehicle show that the call of this sequence number, read at `read`, has been closed since: the loan has
/// none open, its receipt was settled, or it was the newest and is no longer open.
pub(super) fn is_over(row: &Row, seq: u64, read: Mark) -> bool {
    let by_loan = row.read.loan >= read && row.flags.has_loan && row.invocations_open == 0;
    let newest_is_closed = row.last_seq_asked() == seq && !row.is_request_open();
    let by_vehicle = row.read.vehicle >= read
        && row.flags.has_vehicle
        && (row.last_seq_proven() == seq || newest_is_closed);
    by_loan || by_vehicle
}
