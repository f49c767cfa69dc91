//! The lenders, their functions, and which loans are theirs.

use std::collections::{BTreeSet, HashMap};

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Function, Lender};

use super::rows::RowId;
use super::slots::Mark;

/// Which lender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::core) struct LenderId(u32);

/// A lender, as far as it is known.
pub(in crate::core) struct LenderEntry {
    pub key: Pubkey,
    pub account: Option<Box<Lender>>,
    pub read: Mark,
    /// In the order of [`Action::ALL`].
    functions: [Offered; Action::ALL.len()],
    /// Its loans.
    pub loans: BTreeSet<RowId>,
    /// When another keeper was last seen at work for it.
    pub rival_seen_at: Option<i64>,
}

/// What a lender offers for one action.
#[derive(Default)]
struct Offered {
    function: Option<Box<Function>>,
    read: Mark,
}

impl LenderEntry {
    /// What it offers, in the order of [`Action::ALL`].
    pub fn functions(&self) -> [Option<&Function>; Action::ALL.len()] {
        self.functions.each_ref().map(|offered| offered.function.as_deref())
    }
}

/// Every lender that was heard of.
#[derive(Default)]
pub(in crate::core) struct Lenders {
    by_key: HashMap<Pubkey, LenderId>,
    entries: Vec<LenderEntry>,
    /// The token program of each mint.
    token_programs: HashMap<Pubkey, Pubkey>,
}

impl Lenders {
    /// The lender at this address, known or not.
    pub fn id(&mut self, key: &Pubkey) -> LenderId {
        *self.by_key.entry(*key).or_insert_with(|| {
            self.entries.push(LenderEntry {
                key: *key,
                account: None,
                read: Mark::NEVER,
                functions: Default::default(),
                loans: BTreeSet::new(),
                rival_seen_at: None,
            });
            LenderId(u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX))
        })
    }

    /// The lender at this address, if it was heard of.
    pub fn find(&self, key: &Pubkey) -> Option<LenderId> {
        self.by_key.get(key).copied()
    }

    pub fn get(&self, id: LenderId) -> &LenderEntry {
        &self.entries[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: LenderId) -> &mut LenderEntry {
        &mut self.entries[id.0 as usize]
    }

    /// Takes in a lender's account, `None` if it does not exist. Returns whether it differs.
    pub fn take(&mut self, id: LenderId, account: Option<Box<Lender>>, read: Mark) -> bool {
        let entry = self.get_mut(id);
        if read < entry.read {
            return false;
        }
        entry.read = read;
        let differs = !same(entry.account.as_deref(), account.as_deref());
        entry.account = account;
        differs
    }

    /// Takes in a function, `None` if it does not exist. Returns whether it differs.
    pub fn take_function(
        &mut self,
        id: LenderId,
        action: Action,
        function: Option<Box<Function>>,
        read: Mark,
    ) -> bool {
        let offered = &mut self.get_mut(id).functions[place(action)];
        if read < offered.read {
            return false;
        }
        offered.read = read;
        let is_same = match (&offered.function, &function) {
            (Some(before), Some(after)) => before.revision == after.revision,
            (None, None) => true,
            _ => false,
        };
        offered.function = function;
        !is_same
    }

    /// Takes in the token program of a mint. Returns the lenders whose token program changes by it.
    pub fn take_token_program(&mut self, mint: Pubkey, program: Pubkey) -> Vec<LenderId> {
        if self.token_programs.insert(mint, program) == Some(program) {
            return Vec::new();
        }
        let of_mint = |entry: &LenderEntry| entry.account.as_ref().is_some_and(|lender| lender.mint == mint);
        self.ids().filter(|id| of_mint(self.get(*id))).collect()
    }

    pub fn token_program(&self, mint: &Pubkey) -> Option<Pubkey> {
        self.token_programs.get(mint).copied()
    }

    /// Drops what was last read before `complete` and so no longer exists. Returns the lenders that it changes.
    pub fn drop_older(&mut self, complete: Mark) -> Vec<LenderId> {
        let ids: Vec<LenderId> = self.ids().collect();
        let mut changed = Vec::new();
        for id in ids {
            let entry = self.get_mut(id);
            let mut differs = false;
            if entry.read < complete {
                differs |= entry.account.take().is_some();
            }
            for offered in entry.functions.iter_mut().filter(|offered| offered.read < complete) {
                differs |= offered.function.take().is_some();
            }
            if differs {
                changed.push(id);
            }
        }
        changed
    }

    fn ids(&self) -> impl Iterator<Item = LenderId> + use<> {
        (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).map(LenderId)
    }
}

/// Whether two states of a lender's account decide the same. Its totals change with every loan and decide nothing.
fn same(before: Option<&Lender>, after: Option<&Lender>) -> bool {
    let decides = |lender: &Lender| {
        (lender.authority, lender.mint, lender.treasury, lender.paused_until, lender.keepers.clone())
    };
    before.map(decides) == after.map(decides)
}

fn place(action: Action) -> usize {
    Action::ALL.iter().position(|other| *other == action).unwrap_or_default()
}
