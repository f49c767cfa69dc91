//! What ingest itself must remember: which wallets there are, which mints, which calls are open.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Function, Invocation, Lender, Loan, LoanStub, Vehicle};
use latchkey_client::accounts::decode_as;

use crate::core::{RawAccount, Snapshot};

/// What a changed account asks of ingest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Nothing,
    /// A loan that is new: its wallet was never read.
    ReadWallet(Pubkey),
    /// A lender whose mint is new: the token program that owns it is not known.
    ReadEverything,
    /// A call of this vehicle may have been closed, which no subscription tells.
    CheckCalls(Pubkey),
    /// A lender's function asks this bond.
    TellBond {
        lender: Pubkey,
        action: Action,
        lamports: u64,
    },
}

#[derive(Default)]
pub(super) struct Known {
    /// By loan.
    wallets: HashMap<Pubkey, Pubkey>,
    mints: HashSet<Pubkey>,
    /// Open invocations by vehicle, each with the slot at which it was last told.
    calls: HashMap<Pubkey, BTreeMap<Pubkey, u64>>,
    /// The vehicle of each open invocation.
    vehicles: HashMap<Pubkey, Pubkey>,
}

impl Known {
    /// Takes in a snapshot, and returns the bonds that lenders ask.
    pub fn replace(&mut self, snapshot: &Snapshot) -> Vec<(Pubkey, Action, u64)> {
        let mut bonds = Vec::new();
        self.wallets.clear();
        self.mints.extend(snapshot.token_programs.iter().map(|(mint, _)| *mint));
        for (key, account) in &snapshot.accounts {
            if let Asks::TellBond { lender, action, lamports } = self.update(snapshot.slot, *key, account) {
                bonds.push((lender, action, lamports));
            }
        }
        bonds
    }

    /// Takes in an account as of a slot.
    pub fn update(&mut self, slot: u64, key: Pubkey, account: &RawAccount) -> Asks {
        let kind = account.data.get(..8).unwrap_or_default();
        if kind == Loan::DISCRIMINATOR {
            let Ok(loan) = decode_as::<Loan>("loan", &account.data) else { return Asks::Nothing };
            if self.wallets.insert(key, loan.wallet) != Some(loan.wallet) {
                return Asks::ReadWallet(loan.wallet);
            }
            return self.check(loan.vehicle);
        }
        if kind == Vehicle::DISCRIMINATOR {
            return self.check(key);
        }
        if kind == Invocation::DISCRIMINATOR {
            if let Ok(invocation) = decode_as::<Invocation>("invocation", &account.data) {
                self.calls.entry(invocation.vehicle).or_default().insert(key, slot);
                self.vehicles.insert(key, invocation.vehicle);
            }
            return Asks::Nothing;
        }
        if kind == Lender::DISCRIMINATOR {
            let lender = decode_as::<Lender>("lender", &account.data);
            let is_new = lender.is_ok_and(|lender| self.mints.insert(lender.mint));
            return if is_new { Asks::ReadEverything } else { Asks::Nothing };
        }
        if kind == Function::DISCRIMINATOR {
            let Ok(function) = decode_as::<Function>("function", &account.data) else { return Asks::Nothing };
            let Function { lender, action, bond: lamports, .. } = function;
            return Asks::TellBond { lender, action, lamports };
        }
        if kind == LoanStub::DISCRIMINATOR {
            self.wallets.remove(&key);
        }
        Asks::Nothing
    }

    fn check(&self, vehicle: Pubkey) -> Asks {
        if self.calls.contains_key(&vehicle) { Asks::CheckCalls(vehicle) } else { Asks::Nothing }
    }

    /// An account that was closed.
    pub fn closed(&mut self, key: &Pubkey) {
        self.wallets.remove(key);
        if let Some(vehicle) = self.vehicles.remove(key)
            && let Some(calls) = self.calls.get_mut(&vehicle)
        {
            calls.remove(key);
            if calls.is_empty() {
                self.calls.remove(&vehicle);
            }
        }
    }

    /// The calls of a vehicle that were not told of at `slot` or later: one of them may have been closed in it.
    pub fn calls_before(&self, vehicle: &Pubkey, slot: u64) -> Vec<Pubkey> {
        let calls = self.calls.get(vehicle).into_iter().flatten();
        calls.filter(|(_, told)| **told < slot).map(|(key, _)| *key).collect()
    }

    /// The wallets of all loans, in a fixed order.
    pub fn wallets(&self) -> BTreeSet<Pubkey> {
        self.wallets.values().copied().collect()
    }

    /// How many loans there are.
    pub fn loans(&self) -> usize {
        self.wallets.len()
    }
}
