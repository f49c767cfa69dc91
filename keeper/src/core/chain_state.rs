//! The chain as the keeper has read it, each account as of the newest slot at which it was read.

use std::collections::{HashMap, HashSet};

use anchor_lang::prelude::Pubkey;
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, Vehicle};
use latchkey_client::accounts::{AccountError, ProgramAccount};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;

/// An account of the program as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAccount {
    pub data: Vec<u8>,
    pub lamports: u64,
}

/// Everything the keeper needs, as of one slot.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub slot: u64,
    /// Every account of the program, by address.
    pub accounts: Vec<(Pubkey, RawAccount)>,
    /// Balances of the car wallets, base units, by the wallet's address.
    pub wallets: Vec<(Pubkey, u64)>,
    /// The token program of each lender's mint.
    pub token_programs: Vec<(Pubkey, Pubkey)>,
}

/// Some accounts, as of one slot.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub slot: u64,
    /// Accounts of the program, by address; `None` for one that does not exist.
    pub accounts: Vec<(Pubkey, Option<RawAccount>)>,
    /// Balances of car wallets, base units, by the wallet's address.
    pub wallets: Vec<(Pubkey, u64)>,
}

#[derive(Clone)]
struct Seen<T> {
    slot: u64,
    value: T,
}

/// Every account that the keeper has read.
#[derive(Default)]
pub struct ChainState {
    /// `None` marks an account known to be closed, so that an older update cannot restore it.
    accounts: HashMap<Pubkey, Seen<Option<Known>>>,
    wallets: HashMap<Pubkey, Seen<u64>>,
    token_programs: HashMap<Pubkey, Pubkey>,
    by_vehicle: HashMap<Pubkey, Vec<Pubkey>>,
    /// Accounts that do not decode, and those of them that were not yet told of.
    unreadable: HashSet<Pubkey>,
    untold: Vec<Pubkey>,
}

#[derive(Clone)]
struct Known {
    account: ProgramAccount,
    lamports: u64,
}

/// One loan and the accounts around it.
pub struct LoanView<'a> {
    pub keys: LoanKeys,
    pub lender: &'a Lender,
    pub loan: &'a Loan,
    pub vehicle: &'a Vehicle,
    pub escrow: &'a Escrow,
    /// Lamports of the escrow account, rent included.
    pub escrow_lamports: u64,
    /// Balance of the car wallet, base units.
    pub wallet: u64,
    /// The loan's invocations, oldest first.
    pub invocations: Vec<(Pubkey, &'a Invocation)>,
    pub(super) functions: [Option<&'a Function>; Action::ALL.len()],
}

impl LoanView<'_> {
    /// The loan at `now`, for the contract's rules.
    pub fn at(&self, now: i64) -> LoanAt<'_> {
        LoanAt::new(self.loan, Wallet(self.wallet), now)
    }

    /// The lender's function for an action, if it offers one.
    pub fn function(&self, action: Action) -> Option<&Function> {
        self.functions.iter().flatten().find(|function| function.action == action).copied()
    }
}

impl ChainState {
    /// Takes in a snapshot: an account that it lacks, and that was last read at an older slot, has been closed.
    pub fn replace(&mut self, snapshot: Snapshot) {
        let slot = snapshot.slot;
        let present: HashSet<_> = snapshot.accounts.iter().map(|(key, _)| *key).collect();
        for (key, seen) in &mut self.accounts {
            if seen.slot < slot && !present.contains(key) {
                *seen = Seen { slot, value: None };
            }
        }
        self.token_programs.extend(snapshot.token_programs);
        let accounts = snapshot.accounts.into_iter().map(|(key, raw)| (key, Some(raw))).collect();
        self.update(Update { slot, accounts, wallets: snapshot.wallets });
    }

    /// Takes in an update. Accounts that are known as of a newer slot are skipped.
    pub fn update(&mut self, update: Update) {
        for (key, raw) in update.accounts {
            if self.accounts.get(&key).is_some_and(|seen| seen.slot > update.slot) {
                continue;
            }
            // An account that does not decode was written by another version of the program: it is skipped.
            let decoded = raw.as_ref().map(Known::decode).transpose();
            if decoded.is_err() && self.unreadable.insert(key) {
                self.untold.push(key);
            }
            self.accounts.insert(key, Seen { slot: update.slot, value: decoded.ok().flatten() });
        }
        for (key, amount) in update.wallets {
            if self.wallets.get(&key).is_none_or(|seen| seen.slot <= update.slot) {
                self.wallets.insert(key, Seen { slot: update.slot, value: amount });
            }
        }
        self.index();
    }

    /// Accounts that do not decode, each named once.
    pub fn take_unreadable(&mut self) -> Vec<Pubkey> {
        std::mem::take(&mut self.untold)
    }

    /// An invocation, if it exists.
    pub fn invocation(&self, key: &Pubkey) -> Option<&Invocation> {
        match &self.accounts.get(key)?.value.as_ref()?.account {
            ProgramAccount::Invocation(invocation) => Some(invocation),
            _ => None,
        }
    }

    /// Every loan of which all accounts are known.
    pub fn loans(&self) -> impl Iterator<Item = LoanView<'_>> {
        self.accounts.values().filter_map(|seen| match &seen.value.as_ref()?.account {
            ProgramAccount::Loan(loan) => self.view(loan),
            _ => None,
        })
    }

    fn keys(&self, loan: &Loan) -> Option<(&Lender, LoanKeys)> {
        let ProgramAccount::Lender(lender) = &self.get(&loan.lender)?.account else { return None };
        let token_program = *self.token_programs.get(&lender.mint)?;
        Some((lender, LoanKeys::of(loan, lender, token_program)))
    }

    fn view<'a>(&'a self, loan: &'a Loan) -> Option<LoanView<'a>> {
        let (lender, keys) = self.keys(loan)?;
        let ProgramAccount::Vehicle(vehicle) = &self.get(&keys.vehicle)?.account else { return None };
        let known = self.get(&keys.escrow)?;
        let ProgramAccount::Escrow(escrow) = &known.account else { return None };
        let function = |action| match &self.get(&pda::function(&keys.lender, action))?.account {
            ProgramAccount::Function(function) => Some(function.as_ref()),
            _ => None,
        };
        let mut invocations: Vec<_> = self
            .by_vehicle
            .get(&keys.vehicle)
            .into_iter()
            .flatten()
            .filter_map(|key| Some((*key, self.invocation(key)?)))
            .filter(|(_, invocation)| invocation.loan == keys.loan)
            .collect();
        invocations.sort_by_key(|(_, invocation)| invocation.seq);
        Some(LoanView {
            lender,
            loan,
            vehicle,
            escrow,
            escrow_lamports: known.lamports,
            // A wallet that was never read might hold any amount: without it nothing can be decided.
            wallet: self.wallets.get(&keys.wallet)?.value,
            invocations,
            functions: Action::ALL.map(function),
            keys,
        })
    }

    fn get(&self, key: &Pubkey) -> Option<&Known> {
        self.accounts.get(key)?.value.as_ref()
    }

    fn index(&mut self) {
        self.by_vehicle.clear();
        for (key, seen) in &self.accounts {
            if let Some(Known { account: ProgramAccount::Invocation(invocation), .. }) = &seen.value {
                self.by_vehicle.entry(invocation.vehicle).or_default().push(*key);
            }
        }
    }
}

impl Known {
    fn decode(raw: &RawAccount) -> Result<Self, AccountError> {
        Ok(Self { account: ProgramAccount::decode(&raw.data)?, lamports: raw.lamports })
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::{Loan, LoanStub};

    use super::*;
    use crate::core::fixture::{LoanFixture, OTHER, raw};

    fn read(fixture: &LoanFixture) -> ChainState {
        let mut chain = ChainState::default();
        chain.replace(fixture.snapshot(1));
        assert_eq!(chain.loans().count(), 1);
        chain
    }

    fn update(chain: &mut ChainState, slot: u64, key: Pubkey, account: RawAccount) {
        chain.update(Update { slot, accounts: vec![(key, Some(account))], wallets: Vec::new() });
    }

    #[test]
    fn a_loan_that_was_closed_is_a_stub_and_no_loan() {
        let fixture = LoanFixture::new();
        let mut chain = read(&fixture);
        let loan = fixture.view().keys.loan;
        update(&mut chain, 2, loan, raw(&LoanStub::from(&fixture.loan)));
        assert_eq!(chain.loans().count(), 0);
        assert!(chain.take_unreadable().is_empty(), "a stub is no stranger");
        // What an older node says does not bring it back.
        update(&mut chain, 1, loan, raw(&fixture.loan));
        assert_eq!(chain.loans().count(), 0);
    }

    #[test]
    fn a_loan_that_was_sold_is_the_buyers() {
        let fixture = LoanFixture::new();
        let mut chain = read(&fixture);
        update(&mut chain, 2, OTHER, raw(&fixture.lender));
        let sold = Loan { lender: OTHER, ..fixture.loan.clone() };
        update(&mut chain, 2, fixture.view().keys.loan, raw(&sold));
        let lenders: Vec<_> = chain.loans().map(|view| view.keys.lender).collect();
        assert_eq!(lenders, [OTHER]);
    }

    #[test]
    fn an_account_of_another_version_is_skipped_and_told_of_once() {
        let fixture = LoanFixture::new();
        let mut chain = read(&fixture);
        let (loan, mut account) = (fixture.view().keys.loan, raw(&fixture.loan));
        // After the discriminator.
        account.data[8] += 1;
        for slot in [2, 3] {
            update(&mut chain, slot, loan, account.clone());
            assert_eq!(chain.loans().count(), 0);
        }
        assert_eq!(chain.take_unreadable(), [loan]);
        assert!(chain.take_unreadable().is_empty());
        update(&mut chain, 4, loan, raw(&fixture.loan));
        assert_eq!(chain.loans().count(), 1);
    }
}
