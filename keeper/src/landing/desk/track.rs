//! Finds out what became of the copies that were sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use solana_sdk::signature::Signature;
use solana_transaction_status_client_types::{TransactionConfirmationStatus, TransactionStatus};
use tokio::time::Instant;
use tracing::warn;

use super::Desk;
use crate::landing::calls::{Copy, Report, STATUSES};
use crate::landing::described;
use crate::landing::flight::{Attempt, Fate};

/// How long after a hint statuses are asked for: others that landed in the same block are hinted at too.
const HINT_DELAY: Duration = Duration::from_millis(8);
/// A blockhash is valid for so many blocks: in fewer slots it cannot end. From then on it is asked whether it is still
/// valid; and from this age on where no slots are told.
const BLOCKHASH_SLOTS: u64 = 150;
const MAY_EXPIRE: Duration = Duration::from_mins(1);

impl Desk {
    /// A transaction may have landed.
    pub(super) fn hint(&mut self, id: u64) {
        self.hinted.insert(id);
        self.hint_at.get_or_insert(Instant::now() + HINT_DELAY);
    }

    /// Asks for the statuses of the open copies of these transactions.
    pub(super) fn ask_statuses(&mut self, ids: BTreeSet<u64>) {
        let mut copies: [Vec<(Copy, Signature)>; 2] = [Vec::new(), Vec::new()];
        for id in ids {
            let Some(flight) = self.flights.get(&id) else { continue };
            for (index, copy) in flight.attempts.iter().enumerate().filter(|(_, copy)| copy.is_open()) {
                copies[usize::from(copy.expired_at.is_some())].push(((id, index), copy.signature));
            }
        }
        for (with_history, copies) in [false, true].into_iter().zip(copies) {
            for part in copies.chunks(STATUSES) {
                let (copies, signatures): (Vec<Copy>, Vec<Signature>) = part.iter().copied().unzip();
                self.calls.statuses(copies, &signatures, with_history);
            }
        }
    }

    /// Asks whether the blockhashes of open copies have ended, where they may have.
    pub(super) fn check_blockhashes(&self) {
        let flights = self.flying.iter().filter_map(|id| self.flights.get(id));
        let may_have_ended = |copy: &&Attempt| {
            let slots = self.time.slot.saturating_sub(copy.blockhash_slot);
            slots >= BLOCKHASH_SLOTS || copy.signed_at.elapsed() > MAY_EXPIRE
        };
        let copies = flights.flat_map(|flight| &flight.attempts);
        let old = copies.filter(|copy| copy.is_open() && copy.expired_at.is_none()).filter(may_have_ended);
        let hashes: BTreeMap<_, _> = old.map(|copy| (copy.blockhash, copy.blockhash_slot)).collect();
        for (hash, slot) in hashes {
            self.calls.check_blockhash(hash, slot);
        }
    }

    /// Takes in what a call found out.
    pub(super) fn report(&mut self, report: Report) {
        match report {
            Report::Rent(lamports) => self.rent = lamports,
            Report::Accepted((id, index)) => {
                if let Some(copy) = self.copy((id, index)) {
                    copy.accepted = true;
                }
            }
            Report::Simulated { id, result } => match result {
                Ok(units) => {
                    if let Some(flight) = self.flights.get_mut(&id) {
                        flight.units = flight.units.max(units);
                    }
                    self.wait(id);
                }
                Err(reason) => self.not_sent(id, &reason),
            },
            Report::Expired { blockhash, slot } => {
                for id in &self.flying {
                    let Some(flight) = self.flights.get_mut(id) else { continue };
                    for copy in flight.attempts.iter_mut().filter(|copy| copy.blockhash == blockhash) {
                        copy.expired_at.get_or_insert(slot);
                    }
                }
            }
            Report::Statuses { copies, with_history, answer: Some((slot, statuses)) } => {
                for (copy, status) in copies.iter().zip(statuses) {
                    self.status(*copy, status, slot, with_history);
                }
                let ids: BTreeSet<u64> = copies.into_iter().map(|(id, _)| id).collect();
                for id in ids {
                    self.settle(id);
                }
            }
            Report::Statuses { answer: None, .. } => {}
            Report::Touched { id, update } => {
                let ended = self.flights.get(&id).and_then(|flight| flight.ended);
                if let Some((verdict, _, _)) = ended {
                    if update.is_none() {
                        warn!(
                            "the accounts that a transaction touched could not be read; the next snapshot brings them"
                        );
                    }
                    self.finish(id, verdict, update);
                }
            }
        }
    }

    fn copy(&mut self, (id, index): Copy) -> Option<&mut Attempt> {
        self.flights.get_mut(&id)?.attempts.get_mut(index)
    }

    fn status(&mut self, copy: Copy, status: Option<TransactionStatus>, slot: u64, with_history: bool) {
        let Some(copy) = self.copy(copy).filter(|copy| copy.is_open()) else { return };
        let Some(status) = status else {
            // It was in a block that was dropped.
            copy.fate = Fate::Open;
            return copy.is_unknown_at(slot, with_history);
        };
        copy.accepted = true;
        let is_confirmed = match status.confirmation_status {
            Some(level) => level != TransactionConfirmationStatus::Processed,
            // A node that tells no level tells the number of votes, and none once it is final.
            None => status.confirmations.is_none(),
        };
        copy.fate = if is_confirmed {
            Fate::Landed { slot: status.slot, error: status.err.as_ref().map(described) }
        } else {
            Fate::Processed { succeeded: status.err.is_none() }
        };
    }

    /// Signs what has no copy left that can land, and could not be signed when that became known: there was no blockhash.
    pub(super) fn sign_again(&mut self) {
        let has_none = |id: &u64| {
            self.flights.get(id).is_some_and(|flight| !flight.attempts.iter().any(Attempt::is_open))
        };
        let ids: Vec<u64> = self.flying.iter().copied().filter(has_none).collect();
        for id in ids {
            self.settle(id);
        }
    }

    /// Takes in what is known of a transaction's copies.
    pub(super) fn settle(&mut self, id: u64) {
        let Some(flight) = self.flights.get(&id).filter(|flight| flight.ended.is_none()) else { return };
        if let Some((verdict, slot)) = flight.outcome() {
            return self.ended(id, verdict, slot);
        }
        // Its time has come, and every copy that was sent early came too early.
        let is_held = flight.intent.due.is_some_and(|due| self.held.contains(&(due, id)));
        let hopes = |copy: &Attempt| {
            !copy.early || matches!(copy.fate, Fate::Open | Fate::Processed { succeeded: true })
        };
        if !is_held && !flight.attempts.iter().any(hopes) {
            match self.sign(id, false) {
                Ok(Some(copy)) => self.fly(id, copy),
                Ok(None) => {}
                Err(reason) => self.not_sent(id, &reason),
            }
        }
    }
}
