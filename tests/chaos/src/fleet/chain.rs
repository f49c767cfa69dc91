//! The chain of a world: blocks in which transactions are executed, what every account was in each of them, and forks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_harness::ledger::Svm;
use solana_sdk::account::Account;
use solana_sdk::hash::Hash;
use solana_sdk::transaction::{Transaction, TransactionError};
use tokio::time::Instant;

use super::draw::Draw;

/// The slot in which a world begins.
pub const FIRST: u64 = 1_000;
/// A slot's length, milliseconds.
pub const SLOT_MS: u64 = 800;
/// So many slots after its own a block is confirmed.
const CONFIRMED: u64 = 2;
/// For so many slots a blockhash is valid.
const LIFETIME: u64 = 150;

/// How a transaction landed.
#[derive(Clone, Debug)]
pub struct Landed {
    pub slot: u64,
    pub error: Option<TransactionError>,
}

/// Blocks that will be dropped.
struct Fork {
    /// The first of them.
    from: u64,
    /// The ledger as it was before.
    saved: Svm,
    transactions: Vec<Transaction>,
}

/// A chain.
pub struct Chain {
    svm: Svm,
    began: Instant,
    start: i64,
    slot: u64,
    /// The time of each slot since the first.
    times: Vec<i64>,
    /// Each account that changed: from which slot on it was what.
    history: BTreeMap<Pubkey, Vec<(u64, Option<Account>)>>,
    /// Every change, by slot.
    changes: Vec<(u64, Pubkey)>,
    /// Accounts that are or were the program's.
    programs: BTreeSet<Pubkey>,
    landed: HashMap<String, Landed>,
    blockhashes: HashMap<Hash, u64>,
    fork: Option<Fork>,
    draw: Draw,
    /// It takes what was just executed for confirmed: the lie of a node that a keeper must not believe.
    pub confirms_at_once: bool,
}

impl Chain {
    /// A chain that goes on from a ledger. Must be called within a Tokio runtime.
    pub fn new(svm: Svm, seed: u64) -> Self {
        let programs = svm.program_accounts(&PROGRAM_ID).into_iter().map(|(key, _)| key).collect();
        Self {
            start: svm.now(),
            times: vec![svm.now()],
            began: Instant::now(),
            slot: FIRST,
            history: BTreeMap::new(),
            changes: Vec::new(),
            programs,
            landed: HashMap::new(),
            blockhashes: HashMap::new(),
            fork: None,
            draw: Draw::of(seed, "chain"),
            confirms_at_once: false,
            svm,
        }
    }

    pub const fn svm(&self) -> &Svm {
        &self.svm
    }

    pub const fn slot(&self) -> u64 {
        self.slot
    }

    /// The newest slot that is confirmed.
    pub fn confirmed(&self) -> u64 {
        if self.confirms_at_once {
            return self.slot;
        }
        let confirmed = self.slot.saturating_sub(CONFIRMED);
        self.fork.as_ref().map_or(confirmed, |fork| confirmed.min(fork.from - 1))
    }

    /// The time of a slot.
    pub fn unix(&self, slot: u64) -> i64 {
        let at = usize::try_from(slot.saturating_sub(FIRST)).unwrap_or(0).min(self.times.len() - 1);
        self.times[at]
    }

    /// The time of the newest slot.
    pub fn now(&self) -> i64 {
        self.unix(self.slot)
    }

    /// Time since the start, seconds.
    pub fn elapsed(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    pub const fn forks(&self) -> bool {
        self.fork.is_some()
    }

    /// How long the fork is, slots; 0 if there is none.
    pub fn fork_slots(&self) -> u64 {
        self.fork.as_ref().map_or(0, |fork| self.slot - fork.from)
    }

    /// Whether one of the transactions in the fork `is`.
    pub fn fork_holds(&self, is: impl Fn(&Transaction) -> bool) -> bool {
        self.fork.as_ref().is_some_and(|fork| fork.transactions.iter().any(is))
    }

    /// The next slot begins.
    pub fn tick(&mut self) {
        self.slot += 1;
        let elapsed = i64::try_from(self.began.elapsed().as_secs()).unwrap_or(0);
        let unix = (self.start + elapsed).max(self.now());
        self.times.push(unix);
        self.svm.set_time(unix);
    }

    /// The blocks from the present one on will be dropped.
    pub fn begin_fork(&mut self) {
        let (from, saved) = (self.slot, self.svm.copy());
        self.fork.get_or_insert(Fork { from, saved, transactions: Vec::new() });
    }

    /// Blocks are dropped. Of their transactions those that `stay` are executed again. Returns how many there were, and how
    /// many stayed.
    pub fn end_fork(&mut self, mut stay: impl FnMut(&mut Draw, &Transaction) -> bool) -> (usize, usize) {
        let Some(Fork { from, saved, transactions }) = self.fork.take() else { return (0, 0) };
        self.svm.return_to(&saved);
        self.svm.set_time(self.now());
        for versions in self.history.values_mut() {
            versions.retain(|(slot, _)| *slot < from);
        }
        self.changes.retain(|(slot, _)| *slot < from);
        self.landed.retain(|_, landed| landed.slot < from);
        self.blockhashes.retain(|_, given| *given < from);
        let (dropped, mut stayed) = (transactions.len(), 0);
        for transaction in transactions {
            if stay(&mut self.draw, &transaction) {
                stayed += 1;
                self.submit(transaction);
            }
        }
        (dropped, stayed)
    }

    /// A blockhash as of a slot.
    pub fn blockhash(&mut self, slot: u64) -> Hash {
        let hash = Hash::new_from_array(self.draw.key());
        self.blockhashes.insert(hash, slot);
        hash
    }

    /// Whether a transaction with this blockhash can land in `slot` or later.
    pub fn is_valid(&self, hash: &Hash, slot: u64) -> bool {
        self.blockhashes.get(hash).is_some_and(|given| slot <= given + LIFETIME)
    }

    /// Executes a transaction in the present slot, if it can land in it. Returns whether it did.
    pub fn submit(&mut self, transaction: Transaction) -> bool {
        let Some(signature) = transaction.signatures.first().copied() else { return false };
        let is_known = self.landed.contains_key(&signature.to_string());
        if is_known || !self.is_valid(&transaction.message.recent_blockhash, self.slot) {
            return false;
        }
        let keys = transaction.message.account_keys.clone();
        for key in &keys {
            let account = || vec![(0, self.svm.account(key))];
            self.history.entry(*key).or_insert_with(account);
        }
        if let Some(fork) = &mut self.fork {
            fork.transactions.push(transaction.clone());
        }
        let error = match self.svm.send(transaction) {
            Ok(_) => None,
            // What never ran is in no block.
            Err(_) if self.svm.record(&signature).is_none() => return false,
            Err(refused) => Some(refused.error),
        };
        for key in keys {
            let account = self.svm.account(&key);
            if account.as_ref().is_some_and(|account| account.owner == PROGRAM_ID) {
                self.programs.insert(key);
            }
            let versions = self.history.entry(key).or_default();
            if versions.last().is_none_or(|(_, last)| *last != account) {
                versions.push((self.slot, account));
                self.changes.push((self.slot, key));
            }
        }
        self.landed.insert(signature.to_string(), Landed { slot: self.slot, error });
        true
    }

    pub fn landed(&self, signature: &str) -> Option<&Landed> {
        self.landed.get(signature)
    }

    /// An account as of a slot.
    pub fn account(&self, key: &Pubkey, slot: u64) -> Option<Account> {
        match self.history.get(key) {
            Some(versions) => versions.iter().rev().find(|(at, _)| *at <= slot)?.1.clone(),
            None => self.svm.account(key),
        }
    }

    /// What an account was, the oldest first.
    pub fn versions(&self, key: &Pubkey) -> impl Iterator<Item = &Account> {
        self.history.get(key).into_iter().flatten().filter_map(|(_, account)| account.as_ref())
    }

    /// The program's accounts as of a slot.
    pub fn program_accounts(&self, slot: u64) -> impl Iterator<Item = (Pubkey, Account)> + '_ {
        let account = move |key: &Pubkey| {
            let account = self.account(key, slot).filter(|account| account.owner == PROGRAM_ID)?;
            Some((*key, account))
        };
        self.programs.iter().filter_map(account)
    }

    /// What changed in the slots after `after` up to `until`, each account once.
    pub fn changed(&self, after: u64, until: u64) -> BTreeMap<Pubkey, u64> {
        let recent = self.changes.iter().rev().take_while(|(slot, _)| *slot > after);
        let mut changed = BTreeMap::new();
        for (slot, key) in recent.filter(|(slot, _)| *slot <= until) {
            changed.entry(*key).or_insert(*slot);
        }
        changed
    }

    /// Each account that a transaction named: as it was before the first of them, and as it is now.
    pub fn touched(&self) -> impl Iterator<Item = (&Pubkey, Option<&Account>, Option<&Account>)> {
        self.history.iter().map(|(key, versions)| {
            let of = |at: usize| versions.get(at).and_then(|(_, account)| account.as_ref());
            (key, of(0), of(versions.len().saturating_sub(1)))
        })
    }
}
