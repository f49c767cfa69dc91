//! The chain behind fake nodes: accounts as the test writes them, and a clock that runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_client::accounts::ProgramAccount;
use latchkey_client::{PROGRAM_ID, Pubkey};
use solana_sdk::clock::Clock;
use solana_sdk::transaction::Transaction;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use crate::ledger::Svm;

/// When the chain begins, Unix seconds.
pub const BEGINNING: i64 = 1_800_000_000;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeAccount {
    pub owner: Pubkey,
    pub lamports: u64,
    pub data: Vec<u8>,
    /// In which slot it changed last.
    pub slot: u64,
}

/// How transactions end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    #[default]
    Succeeds,
    Fails,
    /// It gets into no block.
    Lost,
}

/// A chain that several nodes know. Clones are the same chain.
#[derive(Clone)]
pub struct FakeChain {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<u64>,
}

pub(super) struct State {
    pub slot: u64,
    pub unix: i64,
    pub accounts: BTreeMap<Pubkey, FakeAccount>,
    /// By signature: in which slot it landed, and whether it succeeded.
    pub landed: HashMap<String, (u64, bool)>,
    /// By blockhash: in which slot it was given out.
    pub blockhashes: HashMap<String, u64>,
    pub ending: Ending,
    /// For how many slots a blockhash is valid.
    pub lifetime: u64,
    /// What executes transactions, if anything does, and accounts of other programs that nodes are asked about.
    pub svm: Option<Svm>,
    pub asked: BTreeSet<Pubkey>,
}

impl FakeChain {
    /// A chain with a slot each `slot`; its clock runs with the time outside. Must be called within a Tokio runtime.
    pub fn start(slot: Duration) -> Self {
        Self::begin(slot, None)
    }

    /// The same with a ledger that executes its transactions. It takes any blockhash, and its clock follows this chain's.
    pub fn executing(slot: Duration, svm: Svm) -> Self {
        Self::begin(slot, Some(svm))
    }

    fn begin(slot: Duration, svm: Option<Svm>) -> Self {
        let state = State {
            slot: 1_000,
            unix: svm.as_ref().map_or(BEGINNING, Svm::now),
            accounts: BTreeMap::new(),
            landed: HashMap::new(),
            blockhashes: HashMap::new(),
            ending: Ending::default(),
            lifetime: 150,
            svm,
            asked: BTreeSet::new(),
        };
        let beginning = state.unix;
        let chain = Self { state: Arc::new(Mutex::new(state)), changed: watch::Sender::new(0) };
        let weak = Arc::downgrade(&chain.state);
        let changed = chain.changed.clone();
        tokio::spawn(async move {
            let (began, beginning) = (Instant::now(), beginning);
            let mut ticks = interval(slot);
            loop {
                ticks.tick().await;
                let Some(state) = weak.upgrade() else { return };
                let slot = {
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    state.slot += 1;
                    state.unix = beginning + i64::try_from(began.elapsed().as_secs()).unwrap_or(0);
                    state.take_over();
                    state.slot
                };
                changed.send_replace(slot);
            }
        });
        chain
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The time.
    pub fn unix(&self) -> i64 {
        self.lock().unix
    }

    /// Writes an account, in the present slot.
    pub fn put(&self, key: Pubkey, owner: Pubkey, lamports: u64, data: Vec<u8>) {
        let mut state = self.lock();
        let slot = state.slot;
        state.accounts.insert(key, FakeAccount { owner, lamports, data, slot });
    }

    /// Closes an account. Nodes push nothing of it.
    pub fn close(&self, key: &Pubkey) {
        self.lock().accounts.remove(key);
    }

    /// How transactions end from now on.
    pub fn ending(&self, ending: Ending) {
        self.lock().ending = ending;
    }

    /// For how many slots a blockhash is valid.
    pub fn lifetime(&self, slots: u64) {
        self.lock().lifetime = slots;
    }

    /// How many transactions are in its blocks.
    pub fn landed(&self) -> usize {
        self.lock().landed.len()
    }
}

impl State {
    /// Executes a transaction; whether it succeeded. Without a ledger it does as the test says.
    pub fn execute(&mut self, transaction: Transaction) -> bool {
        match &self.svm {
            Some(svm) => {
                let succeeded = svm.send(transaction).is_ok();
                self.take_over();
                succeeded
            }
            None => self.ending == Ending::Succeeds,
        }
    }

    /// Takes over what changed in the ledger, as of this slot.
    fn take_over(&mut self) {
        let Some(svm) = self.svm.clone() else { return };
        svm.set_time(self.unix);
        let mut accounts: BTreeMap<Pubkey, _> = svm.program_accounts(&PROGRAM_ID).into_iter().collect();
        let mut others = self.asked.clone();
        others.extend(accounts.values().filter_map(|account| match ProgramAccount::decode(&account.data) {
            Ok(ProgramAccount::Loan(loan)) => Some(loan.wallet),
            Ok(ProgramAccount::Lender(lender)) => Some(lender.mint),
            _ => None,
        }));
        accounts.extend(others.iter().filter_map(|key| Some((*key, svm.account(key)?))));
        self.accounts.retain(|key, _| accounts.contains_key(key));
        for (key, account) in accounts {
            let slot = self.slot;
            let new =
                FakeAccount { owner: account.owner, lamports: account.lamports, data: account.data, slot };
            let known = self.accounts.get(&key);
            if known.is_none_or(|known| FakeAccount { slot, ..known.clone() } != new) {
                self.accounts.insert(key, new);
            }
        }
    }

    /// The Clock sysvar's bytes, wrong by `off` seconds.
    pub fn clock(&self, off: i64) -> Vec<u8> {
        let clock = Clock { slot: self.slot, unix_timestamp: self.unix + off, ..Clock::default() };
        bincode::serialize(&clock).unwrap_or_default()
    }
}
