//! A snapshot is taken in by parts, so that no event waits for all of it.

use anchor_lang::Discriminator as _;
use anchor_lang::prelude::Pubkey;
use latchkey::state::{Function, Lender, Loan, LoanStub};

use super::Book;
use super::rows::RowId;
use super::slots::Mark;
use crate::core::account::{RawAccount, Snapshot};

/// A snapshot that is being taken in.
pub(super) struct Intake {
    read: Mark,
    accounts: Vec<(Pubkey, RawAccount)>,
    wallets: Vec<(Pubkey, u64)>,
    stage: Stage,
}

/// What of it comes next.
enum Stage {
    /// Lenders, functions and loans, from this place on.
    Parties(usize),
    /// What belongs to loans.
    Rest(usize),
    Wallets(usize),
    /// Loans that it lacks have been closed.
    Sweep(RowId),
}

/// Whether an account is a lender, a function, a loan or what is left of one: what the rest belongs to.
pub(super) fn is_party(data: &[u8]) -> bool {
    let kinds =
        [Lender::DISCRIMINATOR, Function::DISCRIMINATOR, Loan::DISCRIMINATOR, LoanStub::DISCRIMINATOR];
    kinds.iter().any(|kind| data.starts_with(kind))
}

impl Book {
    /// Begins to take in a snapshot. It takes the place of one that was not taken in whole: it is as complete.
    pub fn begin(&mut self, snapshot: Snapshot) {
        let Snapshot { slot, accounts, wallets, token_programs } = snapshot;
        let read = self.slots.mark(slot);
        if read < self.complete || self.intake.as_ref().is_some_and(|intake| read < intake.read) {
            return;
        }
        for (mint, program) in token_programs {
            let told = self.lenders.take_token_program(mint, program);
            self.changes.lenders.extend(told);
        }
        self.intake = Some(Intake { read, accounts, wallets, stage: Stage::Parties(0) });
    }

    /// Whether a snapshot is still to be taken in.
    pub const fn is_taking_in(&self) -> bool {
        self.intake.is_some()
    }

    /// Goes on with the snapshot, by at most so many accounts.
    pub fn take_in(&mut self, most: usize) {
        let mut left = most;
        while left > 0 && self.intake.is_some() {
            left = left.saturating_sub(self.take_part(left));
        }
    }

    /// Takes a part of one stage. Returns how much it was, at least 1.
    fn take_part(&mut self, most: usize) -> usize {
        let Some(mut intake) = self.intake.take() else { return 1 };
        let read = intake.read;
        let taken;
        let next = match intake.stage {
            Stage::Parties(from) => {
                let to = from.saturating_add(most).min(intake.accounts.len());
                taken = to - from;
                for (key, raw) in &mut intake.accounts[from..to] {
                    if is_party(&raw.data) {
                        let raw = RawAccount { data: std::mem::take(&mut raw.data), lamports: raw.lamports };
                        self.take_account(*key, Some(&raw), read);
                    }
                }
                if to < intake.accounts.len() { Stage::Parties(to) } else { Stage::Rest(0) }
            }
            Stage::Rest(from) => {
                let to = from.saturating_add(most).min(intake.accounts.len());
                taken = to - from;
                // What was taken in already has no data any more.
                for (key, raw) in intake.accounts[from..to].iter_mut().filter(|(_, raw)| !raw.data.is_empty())
                {
                    let raw = RawAccount { data: std::mem::take(&mut raw.data), lamports: raw.lamports };
                    self.take_account(*key, Some(&raw), read);
                }
                if to < intake.accounts.len() { Stage::Rest(to) } else { Stage::Wallets(0) }
            }
            Stage::Wallets(from) => {
                intake.accounts = Vec::new();
                let to = from.saturating_add(most).min(intake.wallets.len());
                taken = to - from;
                for (key, amount) in &intake.wallets[from..to] {
                    self.take_wallet(key, *amount, read);
                }
                if to < intake.wallets.len() { Stage::Wallets(to) } else { Stage::Sweep(RowId::FIRST) }
            }
            Stage::Sweep(from) => {
                let (ids, next) = self.rows.slice(from, most);
                taken = ids.len();
                for id in ids {
                    self.drop_older(id, read);
                }
                let Some(next) = next else {
                    self.complete_at(read);
                    return taken.max(1);
                };
                Stage::Sweep(next)
            }
        };
        self.intake = Some(Intake { stage: next, ..intake });
        taken.max(1)
    }

    /// What of a loan was last read before `complete` no longer exists.
    fn drop_older(&mut self, id: RowId, complete: Mark) {
        let Some(row) = self.rows.get(id) else { return };
        if row.read.loan < complete {
            return self.remove(id);
        }
        if row.read.vehicle < complete {
            self.lose_vehicle(id, complete);
        }
        let Some(row) = self.rows.get_mut(id).filter(|row| row.read.escrow < complete) else { return };
        row.read.escrow = complete;
        if std::mem::replace(&mut row.flags.has_escrow, false) {
            self.changes.rows.push(id);
        }
    }

    fn complete_at(&mut self, read: Mark) {
        for key in self.calls.older(read) {
            if let Some(id) = self.calls.row(&key) {
                self.close_call(&key, id);
            }
        }
        let changed = self.lenders.drop_older(read);
        self.changes.lenders.extend(changed);
        self.strays.drop_older(read);
        self.closed.retain(|_, closed| *closed >= read);
        self.unreadable.retain(|_, seen| *seen >= read);
        self.complete = read;
    }
}
